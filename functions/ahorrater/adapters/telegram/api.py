"""Telegram's Bot API (python-telegram-bot, imported with the first call: it takes half a second)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from ahorrater.adapters.telegram.redaction import redact
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import RetryAfter

T = TypeVar("T")


class BotApi:
    """Calls methods of the Bot API. Each call has its own connection and event loop: any thread may call.

    Raises ChatRefused for what will never be accepted, else MessengerAway.
    """

    def __init__(self, token: str, api_url: str, timeout_s: float) -> None:
        self._token, self._base_url, self._timeout_s = token, f"{api_url.rstrip('/')}/bot", timeout_s

    def call(self, method: Callable[["Bot"], Awaitable[T]], wait_s: float = 0.0) -> T:
        """What the method answers. `wait_s`: how long the server was asked to wait before it answers."""
        from telegram.error import (
            BadRequest,
            ChatMigrated,
            Forbidden,
            InvalidToken,
            RetryAfter,
            TelegramError,
        )

        try:
            return asyncio.run(self._call(method, self._timeout_s + wait_s))
        except RetryAfter as error:
            raise MessengerAway("Telegram asks for a pause", _seconds(error)) from None
        except ChatMigrated as error:
            raise ChatRefused(f"the group is now {error.new_chat_id}: put that into TELEGRAM_CHATS") from None
        except (BadRequest, Forbidden) as error:  # BadRequest is a NetworkError: it comes first
            raise ChatRefused(self._say(error)) from None
        except InvalidToken:
            raise MessengerAway("Telegram does not know the token: look at TELEGRAM_TOKEN") from None
        except TimeoutError:
            raise MessengerAway(f"Telegram did not answer in {self._timeout_s:g} s") from None
        except (TelegramError, OSError) as error:
            raise MessengerAway(self._say(error)) from None

    async def _call(self, method: Callable[["Bot"], Awaitable[T]], limit_s: float) -> T:
        """One deadline for all of it: the library's own are for each read and write."""
        from telegram import Bot
        from telegram.request import HTTPXRequest

        request = HTTPXRequest(
            connect_timeout=limit_s, read_timeout=limit_s, write_timeout=limit_s, media_write_timeout=limit_s
        )
        try:
            async with asyncio.timeout(limit_s):
                return await method(Bot(self._token, base_url=self._base_url, request=request))
        finally:
            await request.shutdown()

    def _say(self, error: Exception) -> str:
        return f"Telegram: {redact(str(error) or type(error).__name__, self._token)}"


def _seconds(error: "RetryAfter") -> float:
    """python-telegram-bot is changing this from int to timedelta."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
