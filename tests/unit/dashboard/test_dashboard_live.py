"""N viewers cost one query."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st

from ahorrater.adapters.clients.fuel import Place
from dashboard import fuel_data, live
from dashboard.charts.parks import Window
from dashboard.client import Answer, Away
from tests.unit.dashboard.function_server import Functions

VIEWERS = 20


@pytest.fixture(autouse=True)
def fresh_caches(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in functions.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def chart() -> object:
    return live.chart_rows(Window.FIVE_MINUTES)


def stations() -> object:
    return fuel_data.stations(Place("13", "28"))


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (live.parks, "/rest/metrics/parks"),
        (live.decisions, "/rest/metrics/decisions"),
        (live.moves, "/rest/metrics/moves"),
        (live.today, "/rest/metrics/accounting"),
        (live.sunny_node, "/rest/getSunnyNode"),
        (live.nodes, "/rest/listNodes"),
        (live.pods, "/rest/getNodePod"),
        (live.metrics, "/rest/getMetricsNodes"),
        (live.control, "/rest/control"),
        (chart, "/rest/metrics/histories"),
        (stations, "/rest/stations"),
    ],
)
def test_many_viewers_cost_one_query(functions: Functions, read: Callable[[], object], path: str) -> None:
    for server in functions.all.values():
        server.delay_s = 0.1
    with ThreadPoolExecutor(VIEWERS) as viewers:
        answers = list(viewers.map(lambda _: read(), range(VIEWERS)))
    assert all(isinstance(answer, Answer) for answer in answers)
    assert sum(server.requests[path] for server in functions.all.values()) == 1


def test_an_answer_is_asked_for_again_once_it_is_old(functions: Functions) -> None:
    first = live.parks()
    assert live.parks() is first
    deadline = time.monotonic() + 30
    while live.parks() is first and time.monotonic() < deadline:
        time.sleep(0.1)
    assert functions.energy.requests.total() == 2


@pytest.mark.parametrize(
    "derived", [lambda: fuel_data.offers(Place("13"), "gasoleoa"), lambda: fuel_data.map_of(Place("13"), "gasoleoa")]
)
def test_what_is_made_of_an_answer_is_never_older_than_the_answer(
    functions: Functions, derived: Callable[[], Answer[object] | Away]
) -> None:
    first = derived()
    assert isinstance(first, Answer)
    functions.fuel.stop()
    fuel_data.stations.clear()
    assert isinstance(derived(), Away)
    functions.fuel.start()
    fuel_data.stations.clear()
    again = derived()
    assert isinstance(again, Answer)
    assert again.at > first.at


def test_the_chart_is_never_older_than_the_readings(functions: Functions) -> None:
    assert isinstance(chart(), Answer)
    functions.energy.stop()
    live.histories.clear()
    assert isinstance(chart(), Away)
