"""The settings of notify."""

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, FilePath, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ahorrater.domain.wording import Language

OUTBOX_CHAT = "outbox"
"""The one recipient where there is no Telegram."""
_CHAT = re.compile(r"-?\d{1,16}|@\w{4,32}", re.ASCII)


class NotifySettings(BaseSettings):
    """NOTIFY_FOLD_S: news that comes within so many seconds is one message; 0: each at once. A cloud brings several
    changes in a row, and Telegram takes 20 messages a minute to a group.
    NOTIFY_DIGEST_HOUR: from which hour of the day on yesterday's digest is sent, 0 to 23; `off`: never.
    NOTIFY_TIMEZONE: the zone of that hour.
    """

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", env_ignore_empty=True)

    fold_s: float = Field(default=10, ge=0, le=3600)
    digest_hour: Annotated[int, Field(ge=0, le=23)] | Literal["off"] = 8
    timezone: ZoneInfo = ZoneInfo("Europe/Madrid")

    @property
    def fold(self) -> timedelta:
        """The same, as a duration."""
        return timedelta(seconds=self.fold_s)


class TelegramSettings(BaseSettings):
    """TELEGRAM_TOKEN: the bot's token, from @BotFather. TELEGRAM_TOKEN_FILE: a file with it, for a mounted secret.
    TELEGRAM_CHATS: who is told, and who may be written to: chat ids or @channels, comma separated.
    TELEGRAM_OPERATORS: who may pause, resume, approve and veto: ids of chats, or of people; empty: TELEGRAM_CHATS.
    TELEGRAM_LANGUAGE: es or en, for chats that have not chosen one.
    TELEGRAM_API_URL: the Bot API's server; another for a self-hosted one.
    TELEGRAM_TIMEOUT_S: one message may take so many seconds; then Telegram counts as away. A photo takes two or three.
    TELEGRAM_OUTBOX: the folder to write to where there is no token or no chat.
    TELEGRAM_OUTBOX_FILES: how many files it keeps; the oldest go.
    """

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_", env_ignore_empty=True, hide_input_in_errors=True)

    token: SecretStr = SecretStr("")
    token_file: FilePath | None = None
    chats: Annotated[tuple[str, ...], NoDecode] = ()
    operators: Annotated[tuple[str, ...], NoDecode] = ()
    language: Language = Language.SPANISH
    api_url: str = Field(default="https://api.telegram.org", pattern=r"^https?://[^\s?#]+$")
    timeout_s: float = Field(default=10, gt=0, le=25)
    outbox: Path = Path(tempfile.gettempdir()) / "ahorrater-outbox"
    outbox_files: int = Field(default=500, ge=2)

    @field_validator("chats", "operators", mode="before")
    @classmethod
    def _split(cls, chats: object) -> object:
        """Comma separated text as a tuple without repetitions. Raises ValueError for what is no chat."""
        if not isinstance(chats, str):
            return chats
        names = dict.fromkeys(name.strip() for name in chats.split(",") if name.strip())
        wrong = [name for name in names if not _CHAT.fullmatch(name)]
        if wrong:
            raise ValueError(f"no chat id and no @channel: {', '.join(wrong)}")
        return tuple(names)

    def secret(self) -> str:
        """The token, empty if there is none. Raises OSError if its file cannot be read."""
        if self.token_file is not None:
            return self.token_file.read_text().strip()
        return self.token.get_secret_value().strip()

    @property
    def why_no_telegram(self) -> str | None:
        """What is missing for Telegram, for people; None if nothing is."""
        if not self.secret():
            return "TELEGRAM_TOKEN is not set: messages are written to the outbox folder"
        return None if self.chats else "TELEGRAM_CHATS is empty: messages are written to the outbox folder"

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who is told."""
        return (OUTBOX_CHAT,) if self.why_no_telegram else self.chats
