"""The settings of telegram-bot."""

from enum import StrEnum

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BotMode(StrEnum):
    """Who asks whom."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class BotSettings(BaseSettings):
    """BOT_MODE: `webhook`: Telegram calls us; `polling`: we ask Telegram, where nobody can reach us. One process only.
    BOT_WEBHOOK_URL: where Telegram reaches this function, https://..., without a path; empty: it is told by hand.
    """

    model_config = SettingsConfigDict(env_prefix="BOT_", env_ignore_empty=True)

    mode: BotMode = BotMode.WEBHOOK
    webhook_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
