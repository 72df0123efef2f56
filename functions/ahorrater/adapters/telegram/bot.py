"""Messages by Telegram."""

from typing import TYPE_CHECKING

from ahorrater.adapters.telegram.api import BotApi
from ahorrater.contracts.exports import Where
from ahorrater.domain.buttons import Rows

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup


class TelegramMessenger:
    """The Messenger of Telegram."""

    where = Where.TELEGRAM

    def __init__(self, api: BotApi) -> None:
        self._api = api

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:
        """Plain text, no link previews: a node's name may look like a host's."""
        from telegram import LinkPreviewOptions

        no_preview, keyboard = LinkPreviewOptions(is_disabled=True), keyboard_of(buttons)
        message = self._api.call(
            lambda bot: bot.send_message(chat, text, link_preview_options=no_preview, reply_markup=keyboard)
        )
        return str(message.message_id)

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        """A PNG as a photo."""
        message = self._api.call(lambda bot: bot.send_photo(chat, png, caption=caption or None, filename="chart.png"))
        return str(message.message_id)


def keyboard_of(buttons: Rows) -> "InlineKeyboardMarkup | None":
    """Telegram's inline keyboard; None where there are no buttons."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup

    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.command) for button in row] for row in buttons]
    )
