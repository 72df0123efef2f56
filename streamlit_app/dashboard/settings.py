"""Where the functions are."""

from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Environment variables of the dashboard. Each is the base URL of a function, without a path."""

    energy_query_url: str = Field(
        "http://energy-query", description="Reads: panels, history, decisions. On a cluster the Service's own name."
    )
    cluster_query_url: str = Field("http://cluster-query", description="Reads: nodes, the sunny node, pods.")
    request_timeout_s: float = Field(
        2.0, gt=0, description="s; a function that is slower counts as away: a page must not wait longer than it lives."
    )
