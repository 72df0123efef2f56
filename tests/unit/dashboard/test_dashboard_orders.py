"""What people order: the token goes with it, a refusal is told in the function's own words, lines come one by one."""

from datetime import UTC, datetime

import pytest

from ahorrater.adapters.clients.backtest import BacktestClient
from ahorrater.adapters.clients.http import HttpFunction, Trouble
from ahorrater.adapters.clients.relabel import RelabelClient
from ahorrater.contracts.backtest import BacktestRequest
from ahorrater.contracts.events import RelabelMode
from dashboard.client import Answer, Away, FunctionClient
from dashboard.replays import Replay, scored
from tests.unit.dashboard.function_server import Functions
from tests.unit.dashboard.world import recommendation

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def relabel_with(functions: Functions, token: str) -> FunctionClient[RelabelClient]:
    return FunctionClient(
        "relabel", RelabelClient(HttpFunction("relabel", functions.relabel.url, 5, token)), lambda: NOON
    )


@pytest.fixture
def relabel(functions: Functions) -> FunctionClient[RelabelClient]:
    return relabel_with(functions, "secret")


def test_the_token_goes_with_orders_alone(relabel: FunctionClient[RelabelClient], functions: Functions) -> None:
    relabel.read(RelabelClient.show)
    relabel.order(RelabelClient.pause)
    assert functions.relabel.authorizations == [None, "Bearer secret"]


def test_without_a_token_nothing_is_sent(functions: Functions) -> None:
    relabel_with(functions, "").order(RelabelClient.pause)
    assert functions.relabel.authorizations == [None]


def test_every_lever_reaches_relabel(relabel: FunctionClient[RelabelClient], functions: Functions) -> None:
    world = functions.world
    world.control = world.control.model_copy(update={"waiting": recommendation()})
    for order in (
        RelabelClient.pause,
        RelabelClient.resume,
        lambda client: client.set_mode(RelabelMode.RECOMMEND_ONLY),
        lambda client: client.approve(8),
        lambda client: client.veto(8),
        lambda client: client.move("sol-3"),
        lambda client: client.label("sol-1"),
    ):
        assert isinstance(relabel.order(order), Answer)
    assert (world.control.mode, world.sunny) == (RelabelMode.RECOMMEND_ONLY, "sol-1")


def test_a_refusal_says_why(relabel: FunctionClient[RelabelClient], functions: Functions) -> None:
    functions.relabel.orders_refused = "this is not the token"
    reply = relabel.order(RelabelClient.pause)
    assert isinstance(reply, Away)
    assert (reply.trouble, reply.said) == (Trouble.REFUSED, "this is not the token")


def replayed(functions: Functions) -> Replay:
    replay = Replay(NOON)
    backtest = BacktestClient(HttpFunction("backtest", functions.backtest.url, 5))
    replay.receive(FunctionClient("backtest", backtest, lambda: NOON).stream(BacktestClient.run, BacktestRequest()))
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
