"""Applies an overlay, and removes what an earlier version of it left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, group, name

PART_OF = "app.kubernetes.io/part-of=ahorrater"
PRUNED = ("jobs.batch", "deployments.apps", "services", "configmaps", "networkpolicies.networking.k8s.io")
PRUNED_OF_KNATIVE = (
    "services.serving.knative.dev",
    "triggers.eventing.knative.dev",
    "pingsources.sources.knative.dev",
    "sinkbindings.sources.knative.dev",
)
OWNERS = "ownerReferences"


@dataclass(frozen=True, slots=True)
class Changes:
    """What applying changed, as kubectl names it."""

    lines: tuple[str, ...]
    unchanged: int

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Changes":
        """Sorts kubectl's lines."""
        told = [line for line in lines if line]
        changed = tuple(line for line in told if not line.endswith(" unchanged"))
        return cls(changed, len(told) - len(changed))


def apply_all(kubectl: Kubectl, objects: list[Json], namespace: str) -> Changes:
    """Applies everything, then deletes our objects of that namespace that are in the overlay no longer."""
    lines = kubectl.apply(objects)
    gone = list(_left_over(kubectl, objects, namespace))
    for kind, left in gone:
        kubectl("delete", kind, left, "--namespace", namespace, "--wait=false")
    return Changes.of([*lines, *(f"{kind}/{left} deleted" for kind, left in gone)])


def _left_over(kubectl: Kubectl, objects: Iterable[Json], namespace: str) -> Iterator[tuple[str, str]]:
    wanted = {(item["kind"], group(item), name(item)) for item in objects}
    has_knative = any(group(item).endswith("knative.dev") for item in objects)
    for kind in (*PRUNED, *(PRUNED_OF_KNATIVE if has_knative else ())):
        for item in kubectl.items(kind, "--namespace", namespace, "--selector", PART_OF):
            is_own = OWNERS not in item["metadata"]
            if is_own and (item["kind"], group(item), name(item)) not in wanted:
                yield kind, name(item)
