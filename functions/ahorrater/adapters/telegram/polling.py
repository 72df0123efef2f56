"""We ask Telegram: for clusters, and laptops, that nobody can reach. One process at a time may (409 Conflict)."""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from typing import Any, Self

from pydantic import ValidationError

from ahorrater.adapters.telegram.api import BotApi
from ahorrater.adapters.telegram.webhook import ALLOWED_UPDATES
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.telegram import Update
from ahorrater.services.notify.ports import ChatRefused, MessengerAway

WAIT_S = 25
"""How long Telegram waits for something to tell before it answers that there is nothing."""
FIRST_BACKOFF_S, MAX_BACKOFF_S = 1.0, 60.0
logger = logging.getLogger(__name__)


class Poller:
    """Takes one update after the other. Telegram forgets an update when the one after it is asked for, not before."""

    def __init__(self, api: BotApi, take: Callable[[Update], None], wait_s: int = WAIT_S) -> None:
        self._api, self._take, self._wait_s = api, take, wait_s
        self._stopped = Event()
        self._failures = 0
        self._thread = Thread(target=self._run, name="polling", daemon=True)

    def start(self) -> Self:
        """Begins; it ends with the process."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Takes no further update."""
        self._stopped.set()

    def _run(self) -> None:
        """With a webhook set Telegram refuses to be asked."""
        self._insist(self._drop_webhook)
        following: int | None = None
        while not self._stopped.is_set():
            for document in self._insist(partial(self._ask, following)) or ():
                following = document["update_id"] + 1
                self._insist(partial(self._tell, document))

    def _drop_webhook(self) -> None:
        self._api.call(lambda bot: bot.delete_webhook())

    def _ask(self, following: int | None) -> list[dict[str, Any]]:
        updates = self._api.call(
            lambda bot: bot.get_updates(offset=following, timeout=self._wait_s, allowed_updates=ALLOWED_UPDATES),
            self._wait_s,
        )
        return [update.to_dict() for update in updates]

    def _tell(self, document: dict[str, Any]) -> None:
        try:
            update = Update.model_validate(document)
        except ValidationError as error:
            logger.warning(
                "update %s is not as agreed, and left out: %d errors", document["update_id"], error.error_count()
            )
            return
        self._take(update)

    def _insist(self, work: Callable[[], Any]) -> Any:
        """Does it until it is done, waiting longer each time, or as long as was asked for; None once stopped."""
        while not self._stopped.is_set():
            try:
                done = work()
            except (MessengerAway, ChatRefused, RetryLater) as away:
                self._wait(away)
            except Exception:
                logger.exception("polling goes on")
                self._wait(None)
            else:
                self._failures = 0
                return done
        return None

    def _wait(self, away: Exception | None) -> None:
        asked_s = getattr(away, "retry_after_s", None)
        wait_s = min(FIRST_BACKOFF_S * 2**self._failures, MAX_BACKOFF_S) if asked_s is None else asked_s
        self._failures = min(self._failures + 1, 16)
        if away is not None:
            logger.warning("Telegram is asked again in %.0f s: %s", wait_s, away)
        self._stopped.wait(wait_s)
