"""Messages by Telegram's Bot API (python-telegram-bot, imported with the first message: it takes half a second)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ahorrater.adapters.telegram.redaction import redact
from ahorrater.contracts.exports import Where
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

if TYPE_CHECKING:
    from telegram import Bot, Message
    from telegram.error import RetryAfter

Call = Callable[["Bot"], Awaitable["Message"]]


class TelegramMessenger:
    """The Messenger of Telegram. Each message has its own connection and event loop: any thread may send."""

    where = Where.TELEGRAM

    def __init__(self, token: str, api_url: str, timeout_s: float) -> None:
        self._token, self._base_url, self._timeout_s = token, f"{api_url.rstrip('/')}/bot", timeout_s

    def send_text(self, chat: str, text: str) -> str:
        """Plain text, no link previews: a node's name may look like a host's."""
        from telegram import LinkPreviewOptions

        no_preview = LinkPreviewOptions(is_disabled=True)
        return self._send(lambda bot: bot.send_message(chat, text, link_preview_options=no_preview))

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        """A PNG as a photo."""
        return self._send(lambda bot: bot.send_photo(chat, png, caption=caption or None, filename="chart.png"))

    def _send(self, call: Call) -> str:
        from telegram.error import (
            BadRequest,
            ChatMigrated,
            Forbidden,
            InvalidToken,
            RetryAfter,
            TelegramError,
        )

        try:
            return asyncio.run(self._call(call))
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

    async def _call(self, call: Call) -> str:
        """One deadline for all of it: the library's own are for each read and write."""
        from telegram import Bot
        from telegram.request import HTTPXRequest

        limit_s = self._timeout_s
        request = HTTPXRequest(
            connect_timeout=limit_s, read_timeout=limit_s, write_timeout=limit_s, media_write_timeout=limit_s
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                message = await call(Bot(self._token, base_url=self._base_url, request=request))
                return str(message.message_id)
        finally:
            await request.shutdown()

    def _say(self, error: Exception) -> str:
        return f"Telegram: {redact(str(error) or type(error).__name__, self._token)}"


def _seconds(error: "RetryAfter") -> float:
    """python-telegram-bot is changing this from int to timedelta."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
