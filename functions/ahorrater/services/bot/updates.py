"""Telegram's updates: who may speak, whose turn it is, and what is answered, once."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.telegram import Message, Sender, Update
from ahorrater.domain.fuel.places import Position
from ahorrater.services.bot.conversation import Conversation
from ahorrater.services.bot.ports import Chats, Turn, Updates
from ahorrater.services.bot.talk import Answer, Question
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

LEASE = timedelta(seconds=60)
"""Longer than an answer takes: after that a killed process's update is another's to answer."""
DEFAULT_WAIT_S = 5
logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of an update."""

    ANSWERED = "answered"
    NOTHING_ASKED = "nothing-asked"
    STRANGER = "stranger"
    REPEATED = "repeated"
    REFUSED = "refused"
    GIVEN_UP = "given-up"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Guests:
    """Who may speak with the bot, and who may change things: chats, or people wherever they speak."""

    chats: frozenset[str]
    operators: frozenset[str]

    def admits(self, chat: str) -> bool:
        """Whether the bot answers there."""
        return chat in self.chats

    def may_change(self, chat: str, sender: str) -> bool:
        """Whether that is an operator."""
        return chat in self.operators or sender in self.operators


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, by whom, and, where a button was pressed, which and under which message."""

    message: Message
    sender: Sender
    text: str
    pressed: str | None = None

    @property
    def chat(self) -> str:
        """Where."""
        return str(self.message.chat.id)


@dataclass(frozen=True, slots=True)
class UpdateDesk:
    """Answers an update that is somebody's question, once, whatever is repeated or killed."""

    guests: Guests
    conversation: Conversation
    updates: Updates
    chats: Chats
    clock: Callable[[], datetime]
    count: Callable[[Outcome], None]

    def take(self, update: Update) -> None:
        """Raises RetryLater where it is to be told again."""
        try:
            outcome = self._take(update)
        except RetryLater:
            self.count(Outcome.LATER)
            raise
        self.count(outcome)

    def _take(self, update: Update) -> Outcome:
        heard = heard_in(update)
        if heard is None:
            return Outcome.NOTHING_ASKED
        if not self.guests.admits(heard.chat):
            logger.warning("chat %s is not in TELEGRAM_CHATS: ignored", heard.chat)
            return Outcome.STRANGER
        now = self.clock()
        turn = self.updates.claim(update.update_id, now, now + LEASE)
        if turn is Turn.BUSY:
            raise RetryLater("that update is being answered", DEFAULT_WAIT_S)
        if turn is Turn.DONE:
            return Outcome.REPEATED
        outcome = Outcome.GIVEN_UP if turn is Turn.GIVEN_UP else self._answer(update.update_id, heard)
        self.updates.finish(update.update_id, self.clock())
        return outcome

    def _answer(self, update: int, heard: Heard) -> Outcome:
        try:
            return self._say(heard, self.conversation.answer(self._question(heard)))
        except ChatRefused as refusal:
            logger.warning("chat %s cannot be answered: %s", heard.chat, refusal)
            return Outcome.REFUSED
        except MessengerAway as away:
            self.updates.release(update, self.clock())
            wait_s = DEFAULT_WAIT_S if away.retry_after_s is None else math.ceil(away.retry_after_s)
            raise RetryLater(f"the answer is not sent: {away}", wait_s) from None

    def _say(self, heard: Heard, answer: Answer | None) -> Outcome:
        if heard.pressed is not None:
            self.chats.acknowledge(heard.pressed)
        if answer is None:
            return Outcome.NOTHING_ASKED
        if answer.png is None:
            self.chats.send_text(heard.chat, answer.text, answer.buttons)
        else:
            self.chats.send_photo(heard.chat, answer.png, answer.text)
        if heard.pressed is not None:
            self.chats.take_buttons(heard.chat, heard.message.message_id)
        return Outcome.ANSWERED

    def _question(self, heard: Heard) -> Question:
        place = heard.message.location if heard.pressed is None else None
        return Question(
            chat=heard.chat,
            text=heard.text,
            place=Position(place.latitude, place.longitude) if place else None,
            may_change=self.guests.may_change(heard.chat, str(heard.sender.id)),
            alone=heard.message.chat.type == "private",
        )


def heard_in(update: Update) -> Heard | None:
    """What a person says in it; None where nobody does."""
    message, query = update.message, update.callback_query
    if query is not None and query.message is not None and query.data:
        return Heard(query.message, query.sender, query.data, query.id)
    if message is None or message.sender is None or message.sender.is_bot:
        return None
    if message.location is None and not message.text:
        return None
    return Heard(message, message.sender, message.text or "")
