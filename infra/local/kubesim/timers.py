"""Time as the simulation sees it: a port, so that tests can turn the clock by hand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Timers(Protocol):
    """A clock and a way to be called later, on the thread that runs the simulation."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Calls `callback` once, `delay_s` seconds from now; 0 means as soon as the present work is done."""
        ...


class LoopTimers:
    """The real clock and the running asyncio loop."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Calls `callback` on the running loop."""
        asyncio.get_running_loop().call_later(delay_s, callback)
