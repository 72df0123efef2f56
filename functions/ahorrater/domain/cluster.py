"""What is seen of a cluster: nodes, pods, and the workloads that follow the sun."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ahorrater.domain.room import ONE_POD, Room
from ahorrater.domain.stays import NO_RULES, StayRules

SUNNY_LABEL = "sunny"
SUNNY = "1"
FOLLOWS_SUN = "ahorrater.es/follows-sun"
"""Label or annotation of a workload that wants to be moved; its value is "true"."""
ROLLS_STATEFUL = "ahorrater.es/move-stateful"
"""Annotation with which a StatefulSet accepts that a move stops each of its pods before it starts elsewhere."""
SHEDDABLE = "ahorrater.es/shed"
"""Annotation of a Deployment that may be stopped while nobody has power; its value is "true"."""
SHED_REPLICAS = "ahorrater.es/shed-replicas"
"""Annotation in which a Deployment that was stopped keeps how many pods it had."""
MARK = "ahorrater.es/epoch"
"""Annotation that says which decision labelled a node or rolled a workload."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node. `label` is the value of its `sunny` label, `version` what a guarded write compares with.

    `ready_changed_at`: when it became Ready, or ceased to be. `allocatable`: its room for pods; None when not told.
    """

    name: str
    ready: bool = True
    ready_changed_at: datetime | None = None
    schedulable: bool = True
    allocatable: Room | None = None
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

    `mark` comes from its template: a pod whose mark is not its template's is on its way out. `revision`: the Knative
    revision that it belongs to. `requests`: the room it asks for.
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
    revision: str | None = None
    requests: Room = ONE_POD

    @property
    def live(self) -> bool:
        """Whether it counts: neither finished nor being deleted."""
        return not self.ending and self.phase not in {"Succeeded", "Failed"}

    def ready_on(self, nodes: Collection[str]) -> bool:
        """Whether it is Ready, on one of them."""
        return self.node in nodes and self.ready_since is not None


@dataclass(frozen=True, slots=True)
class Template:
    """A pod template and its mark: a Deployment's, a StatefulSet's, or that of one revision of a Knative Service."""

    name: str
    version: str = ""
    mark: str | None = None

    def makes(self, pod: Pod) -> bool:
        """Whether a pod of its workload is one of its own."""
        return pod.revision in {None, self.name}


@dataclass(frozen=True, slots=True)
class Workload:
    """Something of `replicas` pods that opted in. `requires_sunny`: its pods accept sunny nodes only.

    `rooted`: what ties its pods to the node they are on, as a clause for people.
    """

    namespace: str
    name: str
    replicas: int
    requires_sunny: bool = True
    pods: tuple[Pod, ...] = ()
    templates: tuple[Template, ...] = ()
    rooted: str | None = None
    rules: StayRules = NO_RULES

    @property
    def live_pods(self) -> tuple[Pod, ...]:
        """Its pods that count."""
        return tuple(pod for pod in self.pods if pod.live)

    def is_current(self, pod: Pod) -> bool:
        """Whether it is what its template makes now: no rollout is replacing it."""
        return any(template.makes(pod) and template.mark == pod.mark for template in self.templates)

    def live_pods_of(self, template: Template) -> tuple[Pod, ...]:
        """Those of them that the template makes."""
        return tuple(pod for pod in self.live_pods if template.makes(pod))


@dataclass(frozen=True, slots=True)
class Deployment(Workload):
    """A Deployment. `max_unavailable` and `max_surge` are in pods, resolved. `sheddable`: it may be stopped while
    nobody has power; `shed_replicas`: how many pods it had before it was.
    """

    recreate: bool = False
    paused: bool = False
    max_unavailable: int = 0
    max_surge: int = 1
    sheddable: bool = False
    shed_replicas: int | None = None

    @property
    def breaks_before_make(self) -> bool:
        """Whether a rollout would stop a pod before its replacement is Ready."""
        return self.max_unavailable > 0 or self.max_surge < 1


@dataclass(frozen=True, slots=True)
class KnativeService(Workload):
    """A Knative Service: each of its revisions that has pods rolls them, make-before-break, when it is marked."""


@dataclass(frozen=True, slots=True)
class StatefulSet(Workload):
    """A StatefulSet: its controller stops each pod before it starts it elsewhere, the next once that is Ready.

    `accepts_gaps`: its owner said that this is all right. `rolls`: whether its update strategy does all that by itself.
    """

    accepts_gaps: bool = False
    rolls: bool = True
