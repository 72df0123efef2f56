"""dead-letter in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter
from ahorrater.contracts.events import EVENTS

OTHER = "other"


class LetterObserver:
    """Events that were kept as dead letters, by their type."""

    def __init__(self) -> None:
        self._types = frozenset(model.TYPE for model in EVENTS)
        known = [(kind,) for kind in sorted(self._types | {OTHER})]
        self._letters = Counter("ahorrater_dead_letters", "Dead letters kept", ("type",), known)
        self.families = (self._letters,)

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- there is no reply
        """Counts one letter."""
        self._letters.add(event.type if event.type in self._types else OTHER)
