"""What people order: the token goes with it, a refusal is told in the function's own words, lines come one by one."""

from datetime import UTC, datetime

import httpx
import pytest

from ahorrater.contracts.backtest import BacktestRequest
from ahorrater.contracts.events import RelabelMode
from dashboard.client import Answer, Away, FunctionClient, Trouble
from dashboard.functions.backtest import BacktestFunction
from dashboard.functions.relabel import Relabel
from dashboard.replays import Replay, scored
from tests.unit.dashboard.function_server import Functions, FunctionServer
from tests.unit.dashboard.world import recommendation

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def client(name: str, server: FunctionServer, token: str | None = None) -> FunctionClient:
    return FunctionClient(name, httpx.Client(base_url=server.url, timeout=5), lambda: NOON, token)


@pytest.fixture
def relabel(functions: Functions) -> Relabel:
    return Relabel(client("relabel", functions.relabel, "secret"))


def test_the_token_goes_with_orders_alone(relabel: Relabel, functions: Functions) -> None:
    relabel.control()
    relabel.pause()
    assert functions.relabel.authorizations == [None, "Bearer secret"]


def test_without_a_token_nothing_is_sent(functions: Functions) -> None:
    Relabel(client("relabel", functions.relabel)).pause()
    assert functions.relabel.authorizations == [None]


def test_every_lever_reaches_relabel(relabel: Relabel, functions: Functions) -> None:
    world = functions.world
    world.control = world.control.model_copy(update={"waiting": recommendation()})
    for order in (
        relabel.pause,
        relabel.resume,
        lambda: relabel.set_mode(RelabelMode.RECOMMEND_ONLY),
        lambda: relabel.approve(8),
        lambda: relabel.veto(8),
        lambda: relabel.move("sol-3"),
        lambda: relabel.label("sol-1"),
    ):
        assert isinstance(order(), Answer)
    assert (world.control.mode, world.sunny) == (RelabelMode.RECOMMEND_ONLY, "sol-1")


def test_a_refusal_says_why(relabel: Relabel, functions: Functions) -> None:
    functions.relabel.orders_refused = "this is not the token"
    reply = relabel.pause()
    assert isinstance(reply, Away)
    assert (reply.trouble, reply.said) == (Trouble.REFUSED, "this is not the token")


def replayed(functions: Functions) -> Replay:
    replay = Replay(NOON)
    replay.receive(BacktestFunction(client("backtest", functions.backtest)).run(BacktestRequest()))
    assert replay.over.is_set()
    return replay


def test_a_replay_collects_its_lines(functions: Functions) -> None:
    replay = replayed(functions)
    assert replay.started is not None
    assert replay.trouble is None
    assert [one.share_of_optimum for one in scored(replay.outcomes)] == [600 / 740, 720 / 740, 1.0]


def test_a_replay_without_its_function_is_over_and_says_so(functions: Functions) -> None:
    functions.backtest.stop()
    replay = replayed(functions)
    assert isinstance(replay.trouble, Away)
    assert replay.trouble.trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    ("broken", "trouble", "said"),
    [
        (
            (400, b'{"title": "Bad request", "detail": "a trace needs two rows"}'),
            Trouble.REFUSED,
            "a trace needs two rows",
        ),
        ((200, b'{"kind": "surprise"}\n'), Trouble.UNREADABLE, None),
    ],
)
def test_a_replay_that_is_refused_or_cannot_be_read(
    functions: Functions, broken: tuple[int, bytes], trouble: Trouble, said: str | None
) -> None:
    functions.backtest.broken = broken
    away = replayed(functions).trouble
    assert isinstance(away, Away)
    assert (away.trouble, away.said) == (trouble, said)
