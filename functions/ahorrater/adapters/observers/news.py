"""notify in numbers."""

from collections.abc import Callable
from datetime import datetime

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Labels, ReadGauge
from ahorrater.domain.buttons import Rows
from ahorrater.services.notify.ports import ChatRefused, Messenger, MessengerAway

OUTCOMES = ("sent", "refused", "away", "failed")


class NewsObserver:
    """What was sent, and what waits. `waiting` tells how many pieces of news wait, and since when the oldest does."""

    def __init__(self, waiting: Callable[[], tuple[int, datetime | None]], clock: Callable[[], datetime]) -> None:
        self._waiting, self._clock = waiting, clock
        self.messages = Counter(
            "ahorrater_notify_messages", "Messages, by what became of them", ("outcome",), [(one,) for one in OUTCOMES]
        )
        self.families = (
            self.messages,
            ReadGauge("ahorrater_notify_queue", "Pieces of news that wait", self._depth),
            ReadGauge("ahorrater_notify_oldest_seconds", "How long the oldest news waits; 0: none does", self._oldest),
        )

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: what is news is counted when it is sent."""

    def _depth(self) -> dict[Labels, float]:
        return {(): self._waiting()[0]}

    def _oldest(self) -> dict[Labels, float]:
        since = self._waiting()[1]
        return {(): 0.0 if since is None else max(0.0, (self._clock() - since).total_seconds())}


class CountedMessenger:
    """The same messenger; what becomes of its messages is counted."""

    def __init__(self, messenger: Messenger, messages: Counter) -> None:
        self._messenger, self._messages = messenger, messages
        self.where = messenger.where

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:
        """Counted."""
        return self._counted(lambda: self._messenger.send_text(chat, text, buttons))

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        """Counted."""
        return self._counted(lambda: self._messenger.send_photo(chat, png, caption))

    def _counted(self, send: Callable[[], str]) -> str:
        outcome = "failed"
        try:
            reference = send()
            outcome = "sent"
        except ChatRefused:
            outcome = "refused"
            raise
        except MessengerAway:
            outcome = "away"
            raise
        finally:
            self._messages.add(outcome)
        return reference
