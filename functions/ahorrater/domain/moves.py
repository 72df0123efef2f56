"""How workloads get to the sunny node, when they are there, and what keeps them. Pure."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ahorrater.domain.cluster import ROLLS_STATEFUL, Deployment, Pod, StatefulSet, Template, Workload
from ahorrater.domain.room import Room, total


@dataclass(frozen=True, slots=True)
class Roll:
    """Mark a pod template, which starts a rollout; with `make_before_break` set maxUnavailable 0, maxSurge 1 too."""

    workload: Workload
    template: Template
    mark: str | None
    make_before_break: bool = False


class Cause(StrEnum):
    """Why pods did not arrive."""

    PENDING = "pods-pending"
    NOT_READY = "pods-not-ready"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why workloads did not arrive: the cause and a clause for people, with the cluster's own words."""

    cause: Cause
    clause: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Give a Deployment so many pods; `remembered`: how many it gets back later."""

    workload: Deployment
    replicas: int
    remembered: int | None


def settled(workload: Workload, targets: Collection[str]) -> bool:
    """Whether all its pods have arrived, and none is elsewhere."""
    pods = workload.live_pods
    return len(pods) >= workload.replicas and all(_has_arrived(workload, pod, targets) for pod in pods)


def crowded(workload: Workload, targets: Collection[str]) -> bool:
    """Whether some of its pods share a node while another target has none. A rollout mends that as far as it can be:
    the scheduler prefers to part pods of one kind.
    """
    pods_on = Counter(pod.node for pod in workload.live_pods)
    return max(pods_on.values(), default=0) > 1 and any(node not in pods_on for node in targets)


def why_skipped(workload: Workload, targets: Collection[str]) -> str | None:
    """Why it is not moved; None when it is."""
    if workload.replicas == 0 and not workload.live_pods:
        return "it has no pods"
    if settled(workload, targets) and not crowded(workload, targets):
        return f"it is on {', '.join(targets)} already"
    if not workload.requires_sunny:
        return "its pods do not require sunny=1 (a nodeSelector, or required node affinity)"
    return workload.rooted or _why_not_rolled(workload)


def _why_not_rolled(workload: Workload) -> str | None:
    if isinstance(workload, Deployment) and workload.recreate:
        return "its strategy is Recreate, which stops it before it starts elsewhere; use RollingUpdate"
    if isinstance(workload, Deployment) and workload.paused:
        return "its rollout is paused"
    if isinstance(workload, StatefulSet) and not workload.accepts_gaps:
        return f"a StatefulSet stops each pod before it starts elsewhere; accept that with {ROLLS_STATEFUL}: true"
    if isinstance(workload, StatefulSet) and not workload.rolls:
        return "its update strategy is OnDelete, or has a partition; use RollingUpdate without one"
    return None


def next_rolls(workload: Workload, targets: Collection[str], mark: str, living: Container[str]) -> tuple[Roll, ...]:
    """What to roll now of a workload that is not settled or is crowded; nothing: wait. `living`: the nodes that are
    Ready.

    A template is rolled once for each mark, and not for pods that a rollout is replacing already. Pods without a node
    need nothing: the scheduler finds the sunny node. Those of a dead node are stranded, which is another matter.
    """
    breaks_first = isinstance(workload, Deployment) and workload.breaks_before_make
    return tuple(
        Roll(workload, template, mark, breaks_first)
        for template in workload.templates
        if template.mark != mark
        and any(pod.mark == template.mark for pod in _misplaced(workload, template, targets, living))
    )


def stranded(workload: Workload, living: Container[str]) -> tuple[Pod, ...]:
    """Its pods on nodes that are not Ready. There is nothing left to break: they are evicted, and made anew elsewhere.

    That works also while a rollout would not, because webhooks or Knative's own controllers died with the node.
    """
    return tuple(pod for pod in workload.live_pods if pod.node is not None and pod.node not in living)


def undo_rolls(workload: Workload, marks_before: Mapping[str, str | None]) -> tuple[Roll, ...]:
    """The old mark makes the old pod template, whose ReplicaSet still runs: its pods are not started anew."""
    return tuple(
        Roll(workload, template, marks_before[template.name])
        for template in workload.templates
        if template.name in marks_before and template.mark != marks_before[template.name]
    )


def next_scale(workload: Workload, *, shed: bool) -> Scale | None:
    """How to stop a workload that may be stopped, or to give it its pods back; None: as it is. How many pods people
    gave it meanwhile stands.
    """
    if not isinstance(workload, Deployment):
        return None
    if shed and workload.sheddable and workload.replicas > 0:
        return Scale(workload, 0, workload.replicas)
    if not shed and workload.shed_replicas is not None:
        return Scale(workload, workload.replicas or workload.shed_replicas, None)
    return None


def needed_room(workloads: Iterable[Workload], targets: Collection[str]) -> Room:
    """What the pods that are elsewhere will ask for on the targets."""
    return total(pod.requests for workload in workloads for pod in workload.live_pods if pod.node not in targets)


def arrived(workloads: Iterable[Workload], targets: Collection[str]) -> int:
    """How many pods have arrived: a move makes progress as long as this grows."""
    return sum(_has_arrived(workload, pod, targets) for workload in workloads for pod in workload.live_pods)


def last_ready(workloads: Iterable[Workload], default: datetime) -> datetime:
    """When the last pod became Ready, but not before `default`."""
    moments = (pod.ready_since for workload in workloads for pod in workload.live_pods)
    return max([default, *(moment for moment in moments if moment is not None)])


def unschedulable(workload: Workload) -> Pod | None:
    """One of its pods that no node takes."""
    return next((pod for pod in workload.live_pods if pod.unschedulable), None)


def trouble(workloads: Iterable[Workload], targets: Collection[str]) -> Trouble:
    """Why these workloads are not settled."""
    late = [workload for workload in workloads if not settled(workload, targets)]
    for workload in late:
        if pod := unschedulable(workload):
            return Trouble(
                Cause.PENDING, f"no node takes {pod.namespace}/{pod.name}: {pod.waiting or 'no reason given'}"
            )
    return Trouble(Cause.NOT_READY, "; ".join(_lateness(workload, targets) for workload in late[:3]))


def _has_arrived(workload: Workload, pod: Pod, targets: Collection[str]) -> bool:
    """Whether it is Ready there. Several targets are to share the pods: then it is also one that the rollout made."""
    return pod.ready_on(targets) and (len(targets) == 1 or workload.is_current(pod))


def _lateness(workload: Workload, targets: Collection[str]) -> str:
    there = sum(pod.ready_on(targets) for pod in workload.live_pods)
    waiting = next((pod.waiting for pod in workload.live_pods if pod.waiting), None)
    words = f" ({waiting})" if waiting else ""
    ready = f"{there} of {workload.replicas} pods Ready on {', '.join(targets)}"
    return f"{workload.namespace}/{workload.name} has {ready}{words}"


def _misplaced(workload: Workload, template: Template, targets: Collection[str], living: Container[str]) -> list[Pod]:
    anywhere = crowded(workload, targets)
    return [
        pod
        for pod in workload.live_pods_of(template)
        if pod.node is not None and pod.node in living and (anywhere or pod.node not in targets)
    ]
