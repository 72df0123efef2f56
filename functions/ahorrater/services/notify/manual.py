"""What people send by hand: a text, or a chart of their data. It is tried once, and they are told what came of it."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from ahorrater.contracts.errors import Refused, RetryLater
from ahorrater.contracts.exports import ChatId, DataExport, Delivered, TextMessage, Undelivered
from ahorrater.services.notify.ports import ChatRefused, Messenger, MessengerAway

MAX_AT_A_TIME = 2
"""Fewer than the threads that answer requests, so that people never keep an event waiting."""
Send = Callable[[str], str]


@dataclass
class ManualSender:
    """Sends at once to one chat of the allow-list, or to all of them.

    `recipients`: whom the messenger serves. `chats`: the allow-list that people may name. `note`: what to tell them.
    """

    messenger: Messenger
    recipients: Sequence[str]
    chats: frozenset[str]
    draw: Callable[[DataExport], bytes]
    note: str | None = None
    _room: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_AT_A_TIME))

    def send_message(self, message: TextMessage) -> Delivered:
        """Sends a text. Raises Refused (an unknown chat, a chat that refuses), RetryLater (Telegram away, or busy)."""
        recipients = self._recipients_of(message.chat_id)
        with self._admitted():
            return self._deliver(recipients, lambda chat: self.messenger.send_text(chat, message.text))

    def export_data(self, export: DataExport) -> Delivered:
        """Draws the data and sends the picture. Raises as `send_message`."""
        recipients = self._recipients_of(export.chat_id)
        with self._admitted():
            png = self.draw(export)
            return self._deliver(recipients, lambda chat: self.messenger.send_photo(chat, png, export.title))

    def _recipients_of(self, chat_id: ChatId | None) -> Sequence[str]:
        if chat_id is None:
            return self.recipients
        chat = str(chat_id)
        if chat not in self.chats:
            raise Refused(f"chat {chat} is not in TELEGRAM_CHATS")
        return [chat] if chat in self.recipients else self.recipients

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise RetryLater("other messages are being sent")
        try:
            yield
        finally:
            self._room.release()

    def _deliver(self, recipients: Sequence[str], send: Send) -> Delivered:
        sent: list[str] = []
        failed: list[Undelivered] = []
        for position, chat in enumerate(recipients):
            try:
                sent.append(send(chat))
            except ChatRefused as refusal:
                failed.append(Undelivered(chat_id=chat, why=str(refusal)))
            except MessengerAway as away:
                if not sent:
                    raise _retry_later(away) from None
                failed += [Undelivered(chat_id=other, why=str(away)) for other in recipients[position:]]
                break
        if not sent:
            raise Refused("; ".join(f"chat {one.chat_id}: {one.why}" for one in failed))
        return Delivered(
            sent=len(sent), where=self.messenger.where, references=tuple(sent), failed=tuple(failed), note=self.note
        )


def _retry_later(away: MessengerAway) -> RetryLater:
    wait_s = 30 if away.retry_after_s is None else math.ceil(away.retry_after_s)
    return RetryLater(f"nothing was sent: {away}", retry_after_s=wait_s)
