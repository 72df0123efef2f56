"""A clock turned by hand: the simulation's timers without waiting."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class VirtualTimers:
    """`Timers` whose time passes only in `advance`."""

    def __init__(self) -> None:
        self._now = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
        self._order = itertools.count()
        self._calls: list[tuple[datetime, int, Callable[[], None]]] = []

    def now(self) -> datetime:
        return self._now

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        heapq.heappush(self._calls, (self._now + timedelta(seconds=delay_s), next(self._order), callback))

    def advance(self, seconds: float) -> None:
        """Lets time pass, calling what falls due on the way, in order."""
        until = self._now + timedelta(seconds=seconds)
        while self._calls and self._calls[0][0] <= until:
            self._now, _, callback = heapq.heappop(self._calls)
            callback()
        self._now = until

    @property
    def pending(self) -> int:
        """How many calls are still to come."""
        return len(self._calls)
