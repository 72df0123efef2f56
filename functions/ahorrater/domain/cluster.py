"""What is seen of a cluster: nodes, pods, and the workloads that follow the sun."""

from dataclasses import dataclass
from datetime import datetime

SUNNY_LABEL = "sunny"
SUNNY = "1"
FOLLOWS_SUN = "ahorrater.es/follows-sun"
"""Label or annotation of a workload that wants to be moved; its value is "true"."""
MARK = "ahorrater.es/epoch"
"""Annotation that says which decision labelled a node or rolled a Deployment."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node. `label` is the value of its `sunny` label, `version` what a guarded write compares with."""

    name: str
    ready: bool = True
    schedulable: bool = True
    label: str | None = None
    mark: str | None = None
    version: str = ""
    roles: tuple[str, ...] = ()

    @property
    def sunny(self) -> bool:
        """Whether it carries `sunny=1`."""
        return self.label == SUNNY


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod. `waiting` is why it is not Ready, in the cluster's words; `unschedulable` when no node takes it.

    `mark` comes from its template: a pod whose mark is not its Deployment's is on its way out.
    """

    namespace: str
    name: str
    node: str | None = None
    phase: str = "Running"
    ready_since: datetime | None = None
    ending: bool = False
    unschedulable: bool = False
    waiting: str | None = None
    mark: str | None = None

    @property
    def live(self) -> bool:
        """Whether it counts: neither finished nor being deleted."""
        return not self.ending and self.phase not in {"Succeeded", "Failed"}

    def ready_on(self, node: str) -> bool:
        """Whether it is Ready, there."""
        return self.node == node and self.ready_since is not None


@dataclass(frozen=True, slots=True)
class Workload:
    """Something of `replicas` pods that opted in. `requires_sunny`: its pods accept sunny nodes only."""

    namespace: str
    name: str
    replicas: int
    requires_sunny: bool = True
    pods: tuple[Pod, ...] = ()
    version: str = ""

    @property
    def live_pods(self) -> tuple[Pod, ...]:
        """Its pods that count."""
        return tuple(pod for pod in self.pods if pod.live)


@dataclass(frozen=True, slots=True)
class Deployment(Workload):
    """A Deployment. `mark` is in its pod template; `max_unavailable` and `max_surge` are in pods, resolved."""

    mark: str | None = None
    recreate: bool = False
    paused: bool = False
    max_unavailable: int = 0
    max_surge: int = 1

    @property
    def breaks_before_make(self) -> bool:
        """Whether a rollout would stop a pod before its replacement is Ready."""
        return self.max_unavailable > 0 or self.max_surge < 1


@dataclass(frozen=True, slots=True)
class KnativeService(Workload):
    """A Knative Service: its pods belong to revisions, which nobody may edit; they are evicted."""
