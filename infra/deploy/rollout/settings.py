"""The settings of `make rollout` and `make rollback`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RolloutSettings(BaseSettings):
    """Environment variables of `make rollout` and `make rollback`, beside those of `make deploy`.

    FUNCTION: the function, as its Service is called.
    TAG: the tag of its new image, as `make images` pushed it.
    WATCH_S: how long each share of the traffic is watched before the next, s.
    MOST_BAD: the share of bad answers from which the old version takes over again.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    function: str
    tag: str = ""
    watch_s: float = Field(default=30, ge=0)
    most_bad: float = Field(default=0.01, ge=0, le=1)
