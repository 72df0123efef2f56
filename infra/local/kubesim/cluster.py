"""What every controller works with."""

from dataclasses import dataclass

from infra.local.kubesim.events import EventRecorder
from infra.local.kubesim.registry import Registry
from infra.local.kubesim.store import Store
from infra.local.kubesim.timers import Timers


@dataclass(frozen=True)
class Delays:
    """How long containers take, in seconds."""

    start_s: float = 0.3
    """From being scheduled to Ready: short enough for a demonstration, long enough to see a pod start."""
    stop_s: float = 0.3
    """From SIGTERM to gone; never longer than the pod's grace period."""


@dataclass(frozen=True)
class Cluster:
    """The store behind its checks, the clock, and the recorder of events."""

    store: Store
    registry: Registry
    timers: Timers
    events: EventRecorder
    delays: Delays
