"""What the pages read, shared by every viewer: one query however many people look.

The caches are process-wide and hand out the same frozen objects to every session. Streamlit computes an expired entry
once, under its lock, while the other sessions wait for that one answer.
"""

from datetime import datetime, timedelta

import streamlit as st

from ahorrater.adapters.clients.cluster import ClusterClient
from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.relabel import RelabelClient
from ahorrater.contracts.answers import (
    DayEnergy,
    DecisionEntry,
    History,
    MoveEntry,
    NodeInfo,
    NodeMetrics,
    ParkNow,
    PodInfo,
    SunnyNode,
)
from ahorrater.contracts.control import Control
from dashboard.charts import usage
from dashboard.charts.parks import Window, arrow_rows
from dashboard.client import Answer, Away
from dashboard.connections import functions, now
from dashboard.usage import UsageHistory

REFRESH_S = 2
"""s; how often the live parts of a page are drawn again."""

SLOW_REFRESH_S = 5
"""s; the same of what changes by the minute."""

_TTL_S = 1.5
"""s; below REFRESH_S, so that a redraw never meets an entry that is about to expire and shows it twice."""

_SLOW_TTL_S = 4
"""s; below SLOW_REFRESH_S."""

USAGE_SPAN = timedelta(minutes=15)
"""How far back the usage chart looks."""

DECISIONS_SHOWN = 12
MOVES_SHOWN = 10
_CHOICES_REMEMBERED = 50


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def parks() -> Answer[tuple[ParkNow, ...]] | Away:
    """Every park now."""
    return functions().energy.read(EnergyClient.parks)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def decisions() -> Answer[tuple[DecisionEntry, ...]] | Away:
    """The last decisions, newest first."""
    return functions().energy.read(EnergyClient.decisions, DECISIONS_SHOWN)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def choices() -> Answer[tuple[DecisionEntry, ...]] | Away:
    """The last decisions that chose another node, newest first."""
    return functions().energy.read(EnergyClient.decisions, _CHOICES_REMEMBERED, moved=True)


@st.cache_resource(ttl=_SLOW_TTL_S, show_spinner=False)
def moves() -> Answer[tuple[MoveEntry, ...]] | Away:
    """What relabel did last, newest first."""
    return functions().energy.read(EnergyClient.moves, MOVES_SHOWN)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def sunny_node() -> Answer[SunnyNode] | Away:
    """The node that carries the label, and those that share its work."""
    return functions().cluster.read(ClusterClient.sunny)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def nodes() -> Answer[tuple[NodeInfo, ...]] | Away:
    """Every node of the cluster."""
    return functions().cluster.read(ClusterClient.nodes)


def sunny_nodes() -> set[str]:
    """Those that carry the label; more than one where the work is spread. Empty while cluster-query is away."""
    found = nodes()
    return {node.name for node in found.value if node.sunny} if isinstance(found, Answer) else set()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def pods() -> Answer[tuple[PodInfo, ...]] | Away:
    """Every pod of the cluster."""
    return functions().cluster.read(ClusterClient.pods)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def control() -> Answer[Control] | Away:
    """How relabel is steered."""
    return functions().relabel.read(RelabelClient.show)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def metrics() -> Answer[tuple[NodeMetrics, ...]] | Away:
    """What each node uses now; each answer is remembered for the chart."""
    found = functions().cluster.read(ClusterClient.metrics)
    if isinstance(found, Answer):
        usage_history().remember(found.value)
    return found


@st.cache_resource(show_spinner=False)
def usage_history() -> UsageHistory:
    """What the nodes used while somebody looked, for all viewers."""
    return UsageHistory()


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def usage_rows() -> bytes:
    """The rows of the usage chart, as Arrow: encoded once, sent to every viewer."""
    return usage.arrow_rows(usage_history().since(now() - USAGE_SPAN))


@st.cache_resource(ttl=_SLOW_TTL_S, show_spinner=False)
def today() -> Answer[DayEnergy | None] | Away:
    """The account of the present UTC day; None before its first reading."""
    return functions().energy.read(EnergyClient.day, now().date())


@st.cache_resource(ttl=_TTL_S, max_entries=len(Window), show_spinner=False)
def histories(window: Window) -> Answer[tuple[History, ...]] | Away:
    """The readings of every park in the last while."""
    until = window.until(now())
    return functions().energy.read(EnergyClient.histories, until - window.length, until, window.step_s)


def chart_rows(window: Window) -> Answer[bytes] | Away:
    """The rows of the live chart, as Arrow: encoded once, sent to every viewer."""
    found = histories(window)
    if isinstance(found, Away):
        return found
    recent = choices()
    marks = recent.value if isinstance(recent, Answer) else ()
    return Answer(_chart_rows(window, found.at, recent.at, found.value, marks), found.at)


# By the times of the answers: with a time to live of its own it would be shown for so much longer than they are.
@st.cache_resource(max_entries=2 * len(Window), show_spinner=False)
def _chart_rows(
    window: Window,
    at: datetime,
    choices_at: datetime,  # noqa: ARG001 -- a part of the key
    _histories: tuple[History, ...],
    _choices: tuple[DecisionEntry, ...],
) -> bytes:
    return arrow_rows(_histories, _choices, window.until(at) - window.length)
