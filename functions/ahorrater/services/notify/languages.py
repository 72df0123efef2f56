"""In which language a chat is told."""

import logging
from collections.abc import Callable

from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.wording import Language

logger = logging.getLogger(__name__)


def language_or(default: Language, chosen: Callable[[str], Language | None]) -> Callable[[str], Language]:
    """What a chat has chosen, or the default; a memory that is away keeps no message back."""

    def language_of(chat: str) -> Language:
        try:
            return chosen(chat) or default
        except RetryLater as away:
            logger.warning("chat %s is told in the default language: %s", chat, away.detail)
            return default

    return language_of
