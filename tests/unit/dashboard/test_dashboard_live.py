"""N viewers cost one query."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st

from ahorrater.adapters.clients.fuel import Place
from dashboard import fuel_data, live
from dashboard.charts.parks import Window
from dashboard.client import Answer
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
