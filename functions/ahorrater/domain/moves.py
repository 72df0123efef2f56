"""How workloads get to the sunny node, when they are there, and what keeps them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ahorrater.domain.cluster import Deployment, KnativeService, Pod, Workload


@dataclass(frozen=True, slots=True)
class Roll:
    """Mark the pod template, which starts a rollout; with `make_before_break` set maxUnavailable 0, maxSurge 1 too."""

    deployment: Deployment
    mark: str | None
    make_before_break: bool


@dataclass(frozen=True, slots=True)
class Evict:
    """Ask for the eviction of one pod; a disruption budget may refuse."""

    pod: Pod


Action = Roll | Evict


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
    if isinstance(workload, Deployment) and workload.recreate:
        return "its strategy is Recreate, which stops it before it starts elsewhere; use RollingUpdate"
    if isinstance(workload, Deployment) and workload.paused:
        return "its rollout is paused"
    return None


def next_action(workload: Workload, target: str, mark: str) -> Action | None:
    """What to do now for a workload that is not settled; None: wait.

    A Deployment is rolled once for each mark, and not for pods that a rollout is replacing already. A Knative Service
    loses one pod at a time, the next only when the replacement is Ready. Pods without a node need nothing: the
    scheduler finds the sunny node.
    """
    away = [pod for pod in workload.live_pods if pod.node not in {None, target}]
    if isinstance(workload, Deployment):
        stays = any(pod.mark == workload.mark for pod in away)
        return Roll(workload, mark, workload.breaks_before_make) if stays and workload.mark != mark else None
    if away and isinstance(workload, KnativeService) and _replaced(workload, away):
        return Evict(min(away, key=lambda pod: (pod.ready_since is not None, pod.name)))
    return None


def undo_action(workload: Workload, mark_before: str | None) -> Roll | None:
    """The old mark makes the old pod template, whose ReplicaSet still runs: its pods are not started anew."""
    if isinstance(workload, Deployment) and workload.mark != mark_before:
        return Roll(workload, mark_before, make_before_break=False)
    return None


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


def _replaced(workload: Workload, away: list[Pod]) -> bool:
    pods = workload.live_pods
    return len(pods) >= workload.replicas and all(pod.ready_since is not None for pod in pods if pod not in away)
