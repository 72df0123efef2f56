"""choose-node in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge
from ahorrater.contracts.events import DecisionData


class DecisionObserver:
    """The decisions that were announced, each once however often it is repeated; and the epoch that stands."""

    def __init__(self) -> None:
        self._decisions = Counter("ahorrater_decisions", "Decisions announced", ("policy", "reason"))
        self._epoch = Gauge("ahorrater_epoch", "Number of the choice that stands")
        self._last = ""
        self.families = (self._decisions, self._epoch)

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- the reply tells all
        """Counts a `node.chosen` or `node.held`."""
        if reply is None or not isinstance(reply.data, DecisionData):
            return
        self._epoch.set(reply.data.epoch)
        if reply.id != self._last:
            self._last = reply.id
            self._decisions.add(reply.data.policy, reply.data.reason)
