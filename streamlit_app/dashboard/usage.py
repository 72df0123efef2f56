"""What the nodes used over the last minutes. cluster-query knows the present only; the dashboard remembers the rest."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock

from ahorrater.contracts.answers import NodeMetrics

SAMPLES = 450
"""A node's samples that are kept: fifteen minutes of one every 2 s."""


class UsageHistory:
    """The samples of every node, oldest first. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._samples: dict[str, deque[NodeMetrics]] = {}

    def remember(self, metrics: Iterable[NodeMetrics]) -> None:
        """Takes what is newer than what it has: metrics-server measures less often than people look."""
        with self._lock:
            for sample in metrics:
                kept = self._samples.setdefault(sample.node, deque(maxlen=SAMPLES))
                if not kept or kept[-1].at < sample.at:
                    kept.append(sample)

    def since(self, moment: datetime) -> dict[str, Sequence[NodeMetrics]]:
        """The samples of every node from `moment` on."""
        with self._lock:
            return {
                node: [sample for sample in kept if sample.at >= moment] for node, kept in sorted(self._samples.items())
            }
