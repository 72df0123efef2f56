"""Telegram's chats, as the bot speaks in them."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ahorrater.adapters.telegram.api import BotApi
from ahorrater.adapters.telegram.bot import TelegramMessenger
from ahorrater.services.notify.ports import ChatRefused

if TYPE_CHECKING:
    from telegram import Bot

logger = logging.getLogger(__name__)


class TelegramChats(TelegramMessenger):
    """Messages, and the buttons under them."""

    def __init__(self, api: BotApi) -> None:
        super().__init__(api)
        self._bot = api

    def acknowledge(self, pressed: str) -> None:
        """Too late is late, and no harm."""
        self._try(lambda bot: bot.answer_callback_query(pressed))

    def take_buttons(self, chat: str, message: int) -> None:
        """A message that is gone has none."""
        self._try(lambda bot: bot.edit_message_reply_markup(chat, message, reply_markup=None))

    def _try(self, method: "Callable[[Bot], Awaitable[object]]") -> None:
        try:
            self._bot.call(method)
        except ChatRefused as refusal:
            logger.info("not done: %s", refusal)
