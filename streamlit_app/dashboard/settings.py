"""Where the functions are, and who may do what."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from dashboard.access import Role


class Settings(BaseSettings):
    """Environment variables of the dashboard. Each URL is the base of a function, without a path."""

    energy_query_url: str = Field(
        "http://energy-query", description="Reads: panels, history, decisions. On a cluster the Service's own name."
    )
    cluster_query_url: str = Field("http://cluster-query", description="Reads: nodes, the sunny node, pods, metrics.")
    fuel_query_url: str = Field("http://fuel-query", description="Reads: places, stations, prices.")
    relabel_url: str = Field("http://relabel", description="Orders: moves by hand, pause, mode, approve, veto.")
    notify_url: str = Field("http://notify", description="Orders: charts to Telegram.")
    backtest_url: str = Field("http://backtest", description="Orders: replays of traces.")
    request_timeout_s: float = Field(
        2.0, gt=0, description="s; a function that is slower counts as away: a page must not wait longer than it lives."
    )
    manual_token: SecretStr | None = Field(
        None, description="What relabel and notify ask of people's orders; the same Secret gives it to them."
    )
    dashboard_role: Role = Field(
        Role.VIEWER, description="What everybody may do where nobody logs in; with a login, what operators may do."
    )
    dashboard_operators: str = Field(
        "", description="E-mail addresses, comma separated: who is an operator after logging in (OIDC)."
    )

    @property
    def operators(self) -> frozenset[str]:
        """The operators' addresses."""
        return frozenset(part.strip().lower() for part in self.dashboard_operators.split(",") if part.strip())
