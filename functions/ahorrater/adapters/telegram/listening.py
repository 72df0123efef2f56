"""How the bot comes to hear: it asks, or it says where it is to be called."""

import logging
from collections.abc import Mapping
from threading import Thread

from ahorrater.adapters.telegram.api import BotApi
from ahorrater.adapters.telegram.bot_settings import BotMode, BotSettings
from ahorrater.adapters.telegram.polling import Poller
from ahorrater.adapters.telegram.webhook import WebhookSecret, announce
from ahorrater.domain.wording import Language
from ahorrater.services.bot.conversation import Conversation
from ahorrater.services.bot.updates import UpdateDesk
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

logger = logging.getLogger(__name__)


def listen(
    api: BotApi, desk: UpdateDesk, conversation: Conversation, secret: WebhookSecret, settings: BotSettings
) -> None:
    """Begins to listen, and shows Telegram's users the commands; keeps nobody waiting."""
    if settings.mode is BotMode.POLLING:
        Poller(api, desk.take).start()
    Thread(target=_introduce, args=(api, conversation, secret, settings), name="introduction", daemon=True).start()


def _introduce(api: BotApi, conversation: Conversation, secret: WebhookSecret, settings: BotSettings) -> None:
    """Once: what fails here is said, and done again by the next start."""
    try:
        if settings.mode is BotMode.WEBHOOK and settings.webhook_url is not None:
            announce(api, settings.webhook_url, secret)
        for language in Language:
            _show_commands(api, conversation.described(language), language)
    except (MessengerAway, ChatRefused) as problem:
        logger.warning("the bot could not introduce itself to Telegram: %s", problem)


def _show_commands(api: BotApi, described: Mapping[str, str], language: Language) -> None:
    commands = list(described.items())
    api.call(lambda bot: bot.set_my_commands(commands, language_code=language))
