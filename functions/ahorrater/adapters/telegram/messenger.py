"""Which messenger the settings ask for."""

import logging
from collections.abc import Callable
from datetime import datetime

from ahorrater.adapters.telegram.api import BotApi
from ahorrater.adapters.telegram.bot import TelegramMessenger
from ahorrater.adapters.telegram.folder import FolderMessenger
from ahorrater.adapters.telegram.redaction import keep_out_of_the_log
from ahorrater.adapters.telegram.settings import TelegramSettings
from ahorrater.services.notify.ports import Messenger

logger = logging.getLogger(__name__)


def messenger_of(settings: TelegramSettings, clock: Callable[[], datetime]) -> Messenger:
    """Telegram, or, without a token or a chat, the outbox folder; which of them is said once, in the log."""
    if settings.why_no_telegram:
        logger.warning("%s (%s)", settings.why_no_telegram, settings.outbox)
        return FolderMessenger(settings.outbox, settings.outbox_files, clock)
    token = settings.secret()
    keep_out_of_the_log(token)
    return TelegramMessenger(BotApi(token, settings.api_url, settings.timeout_s))
