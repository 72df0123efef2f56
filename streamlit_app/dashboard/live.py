"""What the pages read, shared by every viewer: one query however many people look.

The caches are process-wide and hand out the same frozen objects to every session. Streamlit computes an expired entry
once, under its lock, while the other sessions wait for that one answer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import streamlit as st

from ahorrater.contracts.answers import DecisionEntry, NodeInfo, PanelMeans, PanelNow, PodInfo, SunnyNode
from dashboard.charts import Window, arrow_rows
from dashboard.client import Answer, Away, ClusterQuery, EnergyQuery, FunctionClient
from dashboard.settings import Settings

REFRESH_S = 2
"""s; how often the live parts of a page are drawn again."""

_TTL_S = 1.5
"""s; below REFRESH_S, so that a redraw never meets an entry that is about to expire and shows it twice."""

DECISIONS_SHOWN = 12
_MOVES_REMEMBERED = 50


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions that the dashboard reads."""

    energy: EnergyQuery
    cluster: ClusterQuery


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@st.cache_resource(show_spinner=False)
def functions() -> Functions:
    """One HTTP client a function, for the life of the process."""
    settings = Settings()

    def client(name: str, url: str) -> FunctionClient:
        return FunctionClient(name, httpx.Client(base_url=url, timeout=settings.request_timeout_s), now)

    return Functions(
        EnergyQuery(client("energy-query", settings.energy_query_url)),
        ClusterQuery(client("cluster-query", settings.cluster_query_url)),
    )


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def panels() -> Answer[tuple[PanelNow, ...]] | Away:
    """The latest reading of every park."""
    return functions().energy.panels()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def means() -> Answer[tuple[PanelMeans, ...]] | Away:
    """The means of the last readings of every park."""
    return functions().energy.means()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def decisions() -> Answer[tuple[DecisionEntry, ...]] | Away:
    """The last decisions, newest first."""
    return functions().energy.decisions(DECISIONS_SHOWN)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def moves() -> Answer[tuple[DecisionEntry, ...]] | Away:
    """The last decisions that moved the work, newest first."""
    return functions().energy.decisions(_MOVES_REMEMBERED, moved_only=True)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def sunny_node() -> Answer[SunnyNode] | Away:
    """The node that carries the label."""
    return functions().cluster.sunny_node()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def nodes() -> Answer[tuple[NodeInfo, ...]] | Away:
    """Every node of the cluster."""
    return functions().cluster.nodes()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def pods() -> Answer[tuple[PodInfo, ...]] | Away:
    """Every pod of the cluster."""
    return functions().cluster.pods()


@st.cache_resource(ttl=_TTL_S, max_entries=16, show_spinner=False)
def chart_rows(parks: tuple[str, ...], window: Window) -> Answer[bytes] | Away:
    """The rows of the live chart, as Arrow: encoded once, sent to every viewer."""
    until = window.until(now())
    since = until - window.length
    histories = functions().energy.histories(parks, since, until, window.step_s)
    if isinstance(histories, Away):
        return histories
    recent = moves()
    marks = recent.value if isinstance(recent, Answer) else ()
    return Answer(arrow_rows(histories.value, marks, since), histories.at)
