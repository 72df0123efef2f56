"""What notify needs of the outside: a memory that survives restarts, and someone who carries messages."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ahorrater.contracts.exports import Where
from ahorrater.domain.buttons import Rows


class MessengerAway(Exception):  # noqa: N818 -- a state, said as one
    """Nothing can be delivered now. `retry_after_s`: when the other side wants to be asked again, if it said so."""

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ChatRefused(Exception):  # noqa: N818 -- a state, said as one
    """This message will never reach this chat."""


class Messenger(Protocol):
    """Carries one message to one chat and answers with a reference to it: a message's id, a file's name.

    Blocks for some seconds at most. Raises MessengerAway, or ChatRefused.
    """

    where: Where

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:
        """Plain text of 1..4096 characters, and buttons under it."""

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:
        """A PNG with its caption, which may be empty."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The news of one matter for one chat: the newest, as JSON, standing for `times` of them since `since`."""

    topic: str
    news: str
    times: int
    since: datetime
    latest: datetime


class NewsTransaction(Protocol):
    """One transaction: what was told and what is yet to be sent change together."""

    def told(self, topic: str) -> str | None:
        """What people were last told of a matter, as JSON."""

    def replace_told(self, topic: str, expected: str | None, told: str, at: datetime) -> bool:
        """Compare-and-swap: False, and nothing changed, if another replica has told in the meantime."""

    def enqueue(self, chats: Sequence[str], topic: str, news: str, at: datetime) -> None:
        """Adds news for each chat; a matter that is queued already has its newest state replaced and is counted."""

    def waiting(self, chat: str) -> tuple[datetime, datetime] | None:
        """Since when the oldest news for a chat waits, and from when on some can be claimed; None if there is none."""

    def claim(self, chat: str, now: datetime, until: datetime) -> list[Queued]:
        """All news for a chat that nobody else is sending; it is this caller's until `until`."""

    def settle(self, chat: str, sent: Sequence[Queued]) -> None:
        """Takes what was sent out of the queue. What came for the same matters since is kept and no longer claimed."""

    def release(self, chat: str, unsent: Sequence[Queued]) -> None:
        """Gives the claim back."""

    def forget_other_chats(self, chats: Sequence[str]) -> int:
        """Drops what waits for chats that are not served any more; how many rows."""


class NewsStore(Protocol):
    """The memory of notify."""

    def transaction(self) -> AbstractContextManager[NewsTransaction]:
        """All or nothing; on the disk when it ends. Raises RetryLater while the database is away."""
