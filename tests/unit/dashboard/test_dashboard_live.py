"""N viewers cost one query."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st

from dashboard import live
from dashboard.charts import Window
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
    return live.chart_rows(("sol-1", "sol-2"), Window.FIVE_MINUTES)


@pytest.mark.parametrize(
    ("read", "path", "queries"),
    [
        (live.panels, "/rest/metrics/getValuesPlacas", 1),
        (live.means, "/rest/metrics/media/getMediaValuesPlacas", 1),
        (live.decisions, "/rest/metrics/decisions", 1),
        (live.sunny_node, "/rest/getSunnyNode", 1),
        (live.nodes, "/rest/listNodes", 1),
        (live.pods, "/rest/getNodePod", 1),
        (chart, "/rest/metrics/history", 2),
    ],
)
def test_many_viewers_cost_one_query(functions: Functions, read: Callable[[], object], path: str, queries: int) -> None:
    functions.energy.delay_s = functions.cluster.delay_s = 0.1
    with ThreadPoolExecutor(VIEWERS) as viewers:
        answers = list(viewers.map(lambda _: read(), range(VIEWERS)))
    assert all(isinstance(answer, Answer) for answer in answers)
    assert (functions.energy.requests + functions.cluster.requests)[path] == queries


def test_an_answer_is_asked_for_again_once_it_is_old(functions: Functions) -> None:
    first = live.panels()
    assert live.panels() is first
    deadline = time.monotonic() + 30
    while live.panels() is first and time.monotonic() < deadline:
        time.sleep(0.1)
    assert functions.energy.requests.total() == 2
