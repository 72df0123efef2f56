"""Delivers queued news: what comes within a short time as one message, and nothing is lost while nobody answers."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import ValidationError

from ahorrater.contracts.base import adapter_of
from ahorrater.domain.messages import Item, buttons_under, compose
from ahorrater.domain.news import News
from ahorrater.domain.wording import Language
from ahorrater.services.notify.ports import ChatRefused, Messenger, MessengerAway, NewsStore, Queued

LEASE = timedelta(seconds=60)
"""Longer than a messenger ever takes: after that a killed replica's news is another's to send."""
FIRST_BACKOFF_S, MAX_BACKOFF_S = 1.0, 60.0
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Patience:
    """How one chat's deliveries have gone lately."""

    failures: int = 0
    not_before: datetime | None = None

    def fail(self, now: datetime, asked_s: float | None) -> float:
        """Waits as long as was asked for; otherwise twice as long each time. Returns the wait, s."""
        wait_s = min(FIRST_BACKOFF_S * 2**self.failures, MAX_BACKOFF_S) if asked_s is None else asked_s
        self.failures = min(self.failures + 1, 16)
        self.not_before = now + timedelta(seconds=wait_s)
        return wait_s

    def succeed(self) -> None:
        self.failures, self.not_before = 0, None


@dataclass
class Delivery:
    """Sends each chat what waits for it, `fold` after the oldest of it came."""

    store: NewsStore
    messenger: Messenger
    recipients: Sequence[str]
    language_of: Callable[[str], Language]
    fold: timedelta
    clock: Callable[[], datetime]
    _patience: dict[str, _Patience] = field(default_factory=dict)

    def begin(self) -> None:
        """Forgets what waits for chats that are not served any more."""
        with self.store.transaction() as transaction:
            dropped = transaction.forget_other_chats(self.recipients)
        if dropped:
            logger.warning("dropped %d pieces of news for chats that are not in TELEGRAM_CHATS any more", dropped)

    def deliver(self) -> float | None:
        """Sends all that is due. Returns after how many seconds the next is; None: nothing waits."""
        waits = [self._deliver_to(chat) for chat in self.recipients]
        return min((wait for wait in waits if wait is not None), default=None)

    def _deliver_to(self, chat: str) -> float | None:
        patience = self._patience.setdefault(chat, _Patience())
        wait_s = self._wait_s(chat, patience)
        if wait_s == 0:
            self._deliver_now(chat, patience)
            wait_s = self._wait_s(chat, patience)
        return wait_s

    def _wait_s(self, chat: str, patience: _Patience) -> float | None:
        with self.store.transaction() as transaction:
            waiting = transaction.waiting(chat)
        if waiting is None:
            return None
        since, claimable_from = waiting
        due_at = max(since + self.fold, claimable_from, patience.not_before or since)
        return max(0.0, (due_at - self.clock()).total_seconds())

    def _deliver_now(self, chat: str, patience: _Patience) -> None:
        """No transaction is open while the messenger is busy."""
        now = self.clock()
        with self.store.transaction() as transaction:
            queued = transaction.claim(chat, now, now + LEASE)
        done = self._try_to_send(chat, queued, patience)
        with self.store.transaction() as transaction:
            if done:
                transaction.settle(chat, queued)
            else:
                transaction.release(chat, queued)

    def _try_to_send(self, chat: str, queued: Sequence[Queued], patience: _Patience) -> bool:
        """Whether the news is done with, having been sent or being such as can never be."""
        try:
            items = [item for item in map(_item, queued) if item is not None]
            if items:
                language = self.language_of(chat)
                self.messenger.send_text(chat, compose(items, language), buttons_under(items, language))
        except ChatRefused as refusal:
            logger.error("%d pieces of news for chat %s are dropped: %s", len(queued), chat, refusal)  # noqa: TRY400
        except MessengerAway as away:
            wait_s = patience.fail(self.clock(), away.retry_after_s)
            logger.warning("chat %s is tried again in %.0f s: %s", chat, wait_s, away)
            return False
        except Exception:
            logger.exception("chat %s could not be told", chat)
            patience.fail(self.clock(), None)
            return False
        patience.succeed()
        return True


def _item(queued: Queued) -> Item | None:
    """None for what an older or newer version of this program has queued in another form."""
    try:
        return Item(adapter_of(News).validate_json(queued.news), queued.times, queued.latest)
    except ValidationError:
        logger.exception("the news of %s cannot be read and is dropped", queued.topic)
        return None
