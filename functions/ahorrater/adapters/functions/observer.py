"""Who counts what becomes of a function's events."""

from collections.abc import Sequence
from typing import Protocol

from ahorrater.adapters.functions.events import Emit, Event
from ahorrater.adapters.functions.metrics import Family


class Observer(Protocol):
    """Sees each event that was taken, with the reply to it."""

    families: Sequence[Family]

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Counts. Called after the work is done; must not block."""
