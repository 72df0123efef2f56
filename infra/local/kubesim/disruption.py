"""Whether a pod may be evicted: the arithmetic of PodDisruptionBudgets, pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.kubesim.errors import ApiError, too_many_requests
from infra.local.kubesim.objects import KubeObject, condition_is_true, is_terminating, labels_of, name_of, namespace_of
from infra.local.kubesim.rollout import absolute
from infra.local.kubesim.selectors import selects


@dataclass(frozen=True)
class Allowance:
    """The numbers of a budget's status."""

    expected_pods: int
    desired_healthy: int
    current_healthy: int

    @property
    def disruptions_allowed(self) -> int:
        """How many pods may go now."""
        return max(0, self.current_healthy - self.desired_healthy) if self.expected_pods else 0


def guards(budget: KubeObject, pod: KubeObject) -> bool:
    """Whether a budget covers a pod. A budget without selector covers none."""
    selector = (budget.get("spec") or {}).get("selector")
    return namespace_of(budget) == namespace_of(pod) and selector is not None and selects(selector, labels_of(pod))


def allowance(budget: KubeObject, pods: Sequence[KubeObject], expected_pods: int) -> Allowance:
    """The numbers for the pods that a budget guards, given how many their owners want."""
    spec = budget["spec"]
    disrupted = (budget.get("status") or {}).get("disruptedPods") or {}
    healthy = sum(1 for pod in pods if _is_healthy(pod) and name_of(pod) not in disrupted)
    if spec.get("maxUnavailable") is not None:
        desired = expected_pods - absolute(spec["maxUnavailable"], expected_pods, round_up=True)
    else:
        desired = absolute(spec.get("minAvailable", 1), expected_pods, round_up=True)
    return Allowance(expected_pods, max(0, desired), healthy)


def _is_healthy(pod: KubeObject) -> bool:
    return condition_is_true(pod, "Ready") and not is_terminating(pod)


def needs_budget(pod: KubeObject) -> bool:
    """Whether evicting the pod counts: what does not run, or goes already, may always be evicted."""
    return pod["status"]["phase"] == "Running" and not is_terminating(pod)


def check_eviction(pod: KubeObject, budget: KubeObject) -> None:
    """Raises 429 when the budget does not allow the pod to go."""
    status = budget.get("status") or {}
    if status.get("observedGeneration", 0) < budget["metadata"]["generation"]:
        message = f"The disruption budget {name_of(budget)} is still being processed by the server."
        raise _refused(message)
    current, desired = status["currentHealthy"], status["desiredHealthy"]
    unhealthy_may_go = current >= desired > 0 or budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow"
    if not condition_is_true(pod, "Ready") and unhealthy_may_go:
        return
    if status["disruptionsAllowed"] <= 0:
        message = f"The disruption budget {name_of(budget)} needs {desired} healthy pods and has {current} currently"
        raise _refused(message)


def _refused(message: str) -> ApiError:
    cause = {"reason": "DisruptionBudget", "message": message}
    return too_many_requests("Cannot evict pod as it would violate the pod's disruption budget.", [cause])
