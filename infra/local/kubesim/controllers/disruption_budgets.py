"""Keeps the status of PodDisruptionBudgets, and evicts pods within them."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.disruption import allowance, check_eviction, guards, needs_budget
from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.objects import (
    KubeObject,
    condition_is_true,
    controller_of,
    copied,
    name_of,
    namespace_of,
    time_text,
    with_condition,
)
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import DISRUPTION_BUDGETS, PODS, REPLICA_SETS
from infra.local.kubesim.store import Change


class DisruptionBudgets:
    """The disruption controller."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A budget, or those that guard a pod."""
        if change.resource is DISRUPTION_BUDGETS and change.type != "DELETED":
            yield namespace_of(change.object), name_of(change.object)
        elif change.resource is PODS:
            for budget in self._cluster.store.objects(DISRUPTION_BUDGETS, namespace_of(change.object)):
                if guards(budget, change.object):
                    yield namespace_of(budget), name_of(budget)

    def reconcile(self, key: Key) -> float | None:
        """Counts and reports."""
        budget = self._cluster.store.get(DISRUPTION_BUDGETS, *key)
        if budget is None:
            return None
        pods = [pod for pod in self._cluster.store.objects(PODS, key[0]) if guards(budget, pod)]
        budget = self._without_gone(budget, pods)
        numbers = allowance(budget, pods, self._expected_pods(pods))
        disrupted = (budget.get("status") or {}).get("disruptedPods")
        status = {
            "observedGeneration": budget["metadata"]["generation"],
            "expectedPods": numbers.expected_pods,
            "desiredHealthy": numbers.desired_healthy,
            "currentHealthy": numbers.current_healthy,
            "disruptionsAllowed": numbers.disruptions_allowed,
            **({"disruptedPods": disrupted} if disrupted else {}),
            "conditions": self._conditions(budget, numbers.disruptions_allowed),
        }
        self._cluster.registry.update_status(DISRUPTION_BUDGETS, budget, status)
        return None

    def evict(self, namespace: str, name: str, options: DeleteOptions) -> None:
        """Deletes a pod if its budget allows. Raises 404, or 429 when it does not, or 500 when two budgets guard it."""
        pod = self._cluster.registry.get(PODS, namespace, name)
        if needs_budget(pod):
            self._spend_budget(pod, dry_run=options.dry_run)
        if not options.dry_run:
            self._announce_disruption(pod)
        self._cluster.registry.delete(PODS, namespace, name, options)

    def _spend_budget(self, pod: KubeObject, *, dry_run: bool) -> None:
        budgets = [
            item for item in self._cluster.store.objects(DISRUPTION_BUDGETS, namespace_of(pod)) if guards(item, pod)
        ]
        if len(budgets) > 1:
            message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            raise ApiError(500, "", message)
        for budget in budgets:
            check_eviction(pod, budget)
            if condition_is_true(pod, "Ready") and not dry_run:
                self._count_disrupted(budget, pod)

    def _count_disrupted(self, budget: KubeObject, pod: KubeObject) -> None:
        status = copied(budget["status"])
        status["disruptionsAllowed"] -= 1
        now = time_text(self._cluster.timers.now())
        status["disruptedPods"] = (status.get("disruptedPods") or {}) | {name_of(pod): now}
        self._cluster.registry.update_status(DISRUPTION_BUDGETS, budget, status)

    def _announce_disruption(self, pod: KubeObject) -> None:
        now = time_text(self._cluster.timers.now())
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": now,
            "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
        }
        conditions = with_condition(pod["status"].get("conditions") or [], condition)
        self._cluster.registry.update_status(PODS, pod, pod["status"] | {"conditions": conditions})

    def _without_gone(self, budget: KubeObject, pods: list[KubeObject]) -> KubeObject:
        disrupted = (budget.get("status") or {}).get("disruptedPods") or {}
        present = {name_of(pod) for pod in pods}
        kept = {name: moment for name, moment in disrupted.items() if name in present}
        return budget | {"status": (budget.get("status") or {}) | {"disruptedPods": kept}}

    def _expected_pods(self, pods: list[KubeObject]) -> int:
        """What the owners of the pods ask for; a pod without owner counts for itself."""
        owners: dict[str, int] = {}
        alone = 0
        for pod in pods:
            owner = controller_of(pod)
            found = self._cluster.store.get(REPLICA_SETS, namespace_of(pod), owner["name"]) if owner else None
            if found:
                owners[name_of(found)] = found["spec"]["replicas"]
            else:
                alone += 1
        return alone + sum(owners.values())

    def _conditions(self, budget: KubeObject, allowed: int) -> list[KubeObject]:
        condition = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "reason": "SufficientPods" if allowed else "InsufficientPods",
            "message": "",
            "observedGeneration": budget["metadata"]["generation"],
            "lastTransitionTime": time_text(self._cluster.timers.now()),
        }
        return with_condition((budget.get("status") or {}).get("conditions") or [], condition)
