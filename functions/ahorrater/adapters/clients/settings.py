"""Where the functions are."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ClientSettings(BaseSettings):
    """*_URL: the base of each function, without a path; on a cluster the Service's own name.

    FUNCTION_TIMEOUT_S: a function that is slower counts as away. One that sleeps takes seconds to wake.
    MANUAL_TOKEN: what relabel asks of people's orders; the same Secret gives it to them.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    energy_query_url: str = "http://energy-query"
    cluster_query_url: str = "http://cluster-query"
    fuel_query_url: str = "http://fuel-query"
    relabel_url: str = "http://relabel"
    function_timeout_s: float = Field(default=10, gt=0, le=60)
    manual_token: SecretStr = SecretStr("")
