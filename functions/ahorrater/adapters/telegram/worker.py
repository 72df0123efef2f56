"""The thread that delivers, so that nobody who hears an event ever waits for Telegram."""

import atexit
import logging
import signal
import sys
from collections.abc import Callable
from threading import Event, Thread
from typing import Self

from ahorrater.contracts.errors import RetryLater
from ahorrater.services.notify.delivery import Delivery

IDLE_S = 30.0
"""How often to look without being woken: for what another replica has left when it was killed."""
AFTER_FAILURE_S = 5.0
STOP_TIMEOUT_S = 15.0
logger = logging.getLogger(__name__)


class DeliveryWorker:
    """Runs a Delivery until the process ends; a message that is being sent then is finished first."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._woken, self._stopped = Event(), False
        self._thread = Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> Self:
        """Begins with what was left when the process before was stopped or killed. Call it from the main thread.

        uvicorn raises SIGTERM again when it has shut down, which by default ends Python on the spot.
        """
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        atexit.register(self.stop)
        self._thread.start()
        return self

    def wake(self) -> None:
        """Something is queued."""
        self._woken.set()

    def stop(self) -> None:
        """Waits for the message under way; what is queued stays queued."""
        self._stopped = True
        self._woken.set()
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        self._attempt(self._delivery.begin)
        while not self._stopped:
            wait_s = self._attempt(self._delivery.deliver)
            self._woken.wait(wait_s)
            self._woken.clear()

    def _attempt(self, work: Callable[[], float | None]) -> float:
        """How long to wait after it, s. Whatever goes wrong, the thread lives."""
        try:
            wait_s = work()
        except RetryLater as problem:
            logger.warning("delivery waits: %s", problem.detail)
            return AFTER_FAILURE_S
        except Exception:
            logger.exception("delivery failed; it goes on")
            return AFTER_FAILURE_S
        return IDLE_S if wait_s is None else min(wait_s, IDLE_S)
