"""The functions that the dashboard talks to: one HTTP client each, for the life of the process."""

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import streamlit as st

from dashboard.client import FunctionClient
from dashboard.functions.backtest import BacktestFunction
from dashboard.functions.cluster import ClusterQuery
from dashboard.functions.energy import EnergyQuery
from dashboard.functions.fuel import FuelQuery
from dashboard.functions.notify import Notify
from dashboard.functions.relabel import Relabel
from dashboard.settings import Settings


@dataclass(frozen=True, slots=True)
class Functions:
    """What the dashboard reads, and whom it gives orders."""

    energy: EnergyQuery
    cluster: ClusterQuery
    fuel: FuelQuery
    relabel: Relabel
    notify: Notify
    backtest: BacktestFunction


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
    token = where.manual_token.get_secret_value() if where.manual_token else None

    def client(name: str, url: str) -> FunctionClient:
        return FunctionClient(name, httpx.Client(base_url=url, timeout=where.request_timeout_s), now, token)

    return Functions(
        EnergyQuery(client("energy-query", where.energy_query_url)),
        ClusterQuery(client("cluster-query", where.cluster_query_url)),
        FuelQuery(client("fuel-query", where.fuel_query_url)),
        Relabel(client("relabel", where.relabel_url)),
        Notify(client("notify", where.notify_url)),
        BacktestFunction(client("backtest", where.backtest_url)),
    )
