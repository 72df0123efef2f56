"""How workloads get to the sunny node, when they are there, and what keeps them. Pure."""

from collections.abc import Container, Iterable, Mapping
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


def settled(workload: Workload, target: str) -> bool:
    """Whether all its pods are there and Ready, and none elsewhere."""
    pods = workload.live_pods
    return len(pods) >= workload.replicas and all(pod.ready_on(target) for pod in pods)


def why_skipped(workload: Workload, target: str) -> str | None:
    """Why it is not moved; None when it is."""
    if workload.replicas == 0 and not workload.live_pods:
        return "it has no pods"
    if settled(workload, target):
        return f"it is on {target} already"
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


def next_rolls(workload: Workload, target: str, mark: str, living: Container[str]) -> tuple[Roll, ...]:
    """What to roll now of a workload that is not settled; nothing: wait. `living`: the nodes that are Ready.

    A template is rolled once for each mark, and not for pods that a rollout is replacing already. Pods without a node
    need nothing: the scheduler finds the sunny node. Those of a dead node are stranded, which is another matter.
    """
    breaks_first = isinstance(workload, Deployment) and workload.breaks_before_make
    return tuple(
        Roll(workload, template, mark, breaks_first)
        for template in workload.templates
        if template.mark != mark and any(pod.mark == template.mark for pod in _away(workload, template, target, living))
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


def needed_room(workloads: Iterable[Workload], target: str) -> Room:
    """What the pods that are elsewhere will ask for on the target."""
    return total(pod.requests for workload in workloads for pod in workload.live_pods if pod.node != target)


def arrived(workloads: Iterable[Workload], target: str) -> int:
    """How many pods are Ready there: a move makes progress as long as this grows."""
    return sum(pod.ready_on(target) for workload in workloads for pod in workload.live_pods)


def last_ready(workloads: Iterable[Workload], default: datetime) -> datetime:
    """When the last pod became Ready, but not before `default`."""
    moments = (pod.ready_since for workload in workloads for pod in workload.live_pods)
    return max([default, *(moment for moment in moments if moment is not None)])


def unschedulable(workload: Workload) -> Pod | None:
    """One of its pods that no node takes."""
    return next((pod for pod in workload.live_pods if pod.unschedulable), None)


def trouble(workloads: Iterable[Workload], target: str) -> Trouble:
    """Why these workloads are not settled."""
    late = [workload for workload in workloads if not settled(workload, target)]
    for workload in late:
        if pod := unschedulable(workload):
            return Trouble(
                Cause.PENDING, f"no node takes {pod.namespace}/{pod.name}: {pod.waiting or 'no reason given'}"
            )
    return Trouble(Cause.NOT_READY, "; ".join(_lateness(workload, target) for workload in late[:3]))


def _lateness(workload: Workload, target: str) -> str:
    there = sum(pod.ready_on(target) for pod in workload.live_pods)
    waiting = next((pod.waiting for pod in workload.live_pods if pod.waiting), None)
    words = f" ({waiting})" if waiting else ""
    return f"{workload.namespace}/{workload.name} has {there} of {workload.replicas} pods Ready on {target}{words}"


def _away(workload: Workload, template: Template, target: str, living: Container[str]) -> list[Pod]:
    return [
        pod
        for pod in workload.live_pods_of(template)
        if pod.node is not None and pod.node in living and pod.node != target
    ]
