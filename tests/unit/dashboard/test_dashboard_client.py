from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.http import HttpFunction, Trouble
from dashboard.client import PAUSE_AFTER_TIMEOUT, Answer, Away, FunctionClient
from tests.unit.dashboard.function_server import Functions

START = datetime(2026, 7, 1, 12, tzinfo=UTC)

Energy = FunctionClient[EnergyClient]


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def energy(functions: Functions, clock: Clock) -> FunctionClient[EnergyClient]:
    client = EnergyClient(HttpFunction("energy-query", functions.energy.url, 0.3))
    return FunctionClient("energy-query", client, clock)


def trouble(reply: object) -> Trouble:
    assert isinstance(reply, Away)
    return reply.trouble


def test_an_answer_is_typed_and_dated(energy: Energy) -> None:
    parks = energy.read(EnergyClient.parks)
    assert isinstance(parks, Answer)
    assert ([park.node for park in parks.value], parks.at) == (["sol-1", "sol-2", "sol-3"], START)


def test_decisions_are_limited_and_can_be_the_moves_alone(energy: Energy) -> None:
    decisions, moves = energy.read(EnergyClient.decisions, 2), energy.read(EnergyClient.decisions, 9, moved=True)
    assert isinstance(decisions, Answer)
    assert isinstance(moves, Answer)
    assert len(decisions.value) == 2
    assert [entry.moved for entry in moves.value] == [True, True]


def test_histories_of_all_parks_are_one_question(energy: Energy, functions: Functions) -> None:
    histories = energy.read(EnergyClient.histories, datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC), 2)
    assert isinstance(histories, Answer)
    assert [history.node for history in histories.value] == ["sol-1", "sol-2", "sol-3"]
    assert all(history.points for history in histories.value)
    assert functions.energy.requests.total() == 1


def test_a_stopped_function_is_unreachable_and_comes_back(energy: Energy, functions: Functions) -> None:
    functions.energy.stop()
    assert trouble(energy.read(EnergyClient.parks)) is Trouble.UNREACHABLE
    functions.energy.start()
    assert isinstance(energy.read(EnergyClient.parks), Answer)


def test_the_log_tells_going_and_coming_once(
    energy: Energy, functions: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    functions.energy.stop()
    energy.read(EnergyClient.parks)
    energy.read(EnergyClient.parks)
    functions.energy.start()
    energy.read(EnergyClient.parks)
    energy.read(EnergyClient.parks)
    assert [record.getMessage().split(":")[0] for record in caplog.records if record.name == "dashboard.client"] == [
        "energy-query is away (unreachable)",
        "energy-query answers again",
    ]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"", Trouble.REFUSED),
        (404, b"{}", Trouble.REFUSED),
        (302, b"", Trouble.REFUSED),
        (200, b"not json", Trouble.UNREADABLE),
        (200, b'[{"node": "sol-1"}]', Trouble.UNREADABLE),
    ],
)
def test_a_broken_answer_is_told(
    energy: Energy, functions: Functions, status: int, body: bytes, expected: Trouble
) -> None:
    functions.energy.broken = (status, body)
    assert trouble(energy.read(EnergyClient.parks)) is expected


def test_a_hanging_function_is_left_alone_for_a_while(energy: Energy, functions: Functions, clock: Clock) -> None:
    functions.energy.delay_s = 30
    assert trouble(energy.read(EnergyClient.parks)) is Trouble.TIMEOUT
    asked = functions.energy.requests.total()

    clock.now = START + PAUSE_AFTER_TIMEOUT - timedelta(microseconds=1)
    assert trouble(energy.read(EnergyClient.decisions, 1)) is Trouble.TIMEOUT
    assert functions.energy.requests.total() == asked

    functions.energy.delay_s = 0
    clock.now = START + PAUSE_AFTER_TIMEOUT
    assert isinstance(energy.read(EnergyClient.parks), Answer)
