"""relabel in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter, Gauge, Histogram
from ahorrater.contracts.events import MoveFailed, NodeRelabelled, RelabelMode

OUTCOMES = ("moved", "recommended", "failed", "undone")
DURATION_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)


class MoveObserver:
    """How moves ended, each once however often its end is repeated."""

    def __init__(self) -> None:
        self._moves = Counter("ahorrater_moves", "Moves, by how they ended", ("outcome",), [(one,) for one in OUTCOMES])
        self._duration_s = Histogram(
            "ahorrater_move_duration_seconds", "From the label to the end of the move", ("outcome",), DURATION_BUCKETS_S
        )
        self._pods = Counter("ahorrater_pods_moved", "Pods that moves brought to another node")
        self._epoch = Gauge("ahorrater_applied_epoch", "Number of the last choice whose move has ended")
        self._last = ""
        self.families = (self._moves, self._duration_s, self._pods, self._epoch)

    def heard(self, event: Event, reply: Emit | None) -> None:  # noqa: ARG002 -- the reply tells all
        """Counts a `node.relabelled` or `move.failed`."""
        if reply is None or reply.id == self._last or not isinstance(reply.data, NodeRelabelled | MoveFailed):
            return
        self._last = reply.id
        outcome = _outcome(reply.data)
        self._moves.add(outcome)
        self._duration_s.observe(reply.data.duration_s, outcome)
        self._epoch.set(reply.data.epoch)
        if isinstance(reply.data, NodeRelabelled):
            self._pods.add(by=reply.data.pods_moved)


def _outcome(data: NodeRelabelled | MoveFailed) -> str:
    if isinstance(data, MoveFailed):
        return "undone" if data.undone else "failed"
    return "moved" if data.mode is RelabelMode.APPLY else "recommended"
