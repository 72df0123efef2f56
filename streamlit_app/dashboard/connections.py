"""The functions that the dashboard talks to: one HTTP client each, for the life of the process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import streamlit as st

from ahorrater.adapters.clients.backtest import BacktestClient
from ahorrater.adapters.clients.cluster import ClusterClient
from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.fuel import FuelClient
from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.adapters.clients.notify import NotifyClient
from ahorrater.adapters.clients.relabel import RelabelClient
from dashboard.client import FunctionClient
from dashboard.settings import Settings

C = TypeVar("C")
ORDER_TIMEOUT_S = 60.0
"""Moving the work, or sending a chart, takes as long as it takes; nobody's page waits for it."""


@dataclass(frozen=True, slots=True)
class Functions:
    """What the dashboard reads, and whom it gives orders."""

    energy: FunctionClient[EnergyClient]
    cluster: FunctionClient[ClusterClient]
    fuel: FunctionClient[FuelClient]
    relabel: FunctionClient[RelabelClient]
    notify: FunctionClient[NotifyClient]
    backtest: FunctionClient[BacktestClient]


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The environment, read once."""
    return Settings()


@st.cache_resource(show_spinner=False)
def functions() -> Functions:
    """One client a function."""
    where = settings()
    token = where.manual_token.get_secret_value() if where.manual_token else ""

    def asked_by(kind: Callable[[HttpFunction], C], name: str, url: str) -> FunctionClient[C]:
        function = HttpFunction(name, url, where.request_timeout_s, token, ORDER_TIMEOUT_S)
        return FunctionClient(name, kind(function), now)

    return Functions(
        asked_by(EnergyClient, "energy-query", where.energy_query_url),
        asked_by(ClusterClient, "cluster-query", where.cluster_query_url),
        asked_by(FuelClient, "fuel-query", where.fuel_query_url),
        asked_by(RelabelClient, "relabel", where.relabel_url),
        asked_by(NotifyClient, "notify", where.notify_url),
        asked_by(BacktestClient, "backtest", where.backtest_url),
    )
