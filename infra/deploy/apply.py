"""Applies an overlay, and removes what an earlier version of it left."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from infra.deploy.errors import DeployError
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
WEBHOOK_AWAY = "failed calling webhook"
"""Knative's webhooks see every object of theirs; one that starts anew refuses nothing for good."""
WEBHOOK_PATIENCE_S, WEBHOOK_PAUSE_S = 120.0, 5.0
Versions = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What applying changed, in words, and how much it found as it should be."""

    lines: tuple[str, ...]
    unchanged: int

    @classmethod
    def between(cls, before: Versions, after: Versions, deleted: Iterable[str]) -> "Changes":
        """Compares what the cluster had with what it has."""
        created = [f"{what} created" for what in after if what not in before]
        changed = [f"{what} changed" for what in after if before.get(what, after[what]) != after[what]]
        gone = [f"{what} deleted" for what in deleted]
        return cls((*created, *changed, *gone), len(after) - len(created) - len(changed))


def apply_all(kubectl: Kubectl, objects: list[Json], namespace: str) -> Changes:
    """Applies everything, then deletes our objects of that namespace that are in the overlay no longer."""
    before = _versions(kubectl, objects)
    patiently(lambda: kubectl.apply(objects))
    after = _versions(kubectl, objects)
    gone = list(_left_over(kubectl, objects, namespace))
    for kind, left in gone:
        kubectl("delete", kind, left, "--namespace", namespace, "--wait=false")
    return Changes.between(before, after, (f"{kind} {left}" for kind, left in gone))


def patiently(
    apply: Callable[[], object],
    pause: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Applies again where a webhook of the cluster does not answer, for two minutes. Raises DeployError."""
    deadline = clock() + WEBHOOK_PATIENCE_S
    while True:
        try:
            apply()
        except DeployError as error:
            if WEBHOOK_AWAY not in str(error) or clock() > deadline:
                raise
            pause(WEBHOOK_PAUSE_S)
        else:
            return


def _versions(kubectl: Kubectl, objects: Iterable[Json]) -> Versions:
    """What tells one state from another. What kubectl calls configured is often only written out by its defaults."""
    return {_called(item): _version(item["metadata"]) for item in kubectl.state_of(objects)}


def _called(item: Json) -> str:
    return f"{item['kind']} {name(item)}" + (f" ({group(item)})" if group(item).endswith("knative.dev") else "")


def _version(metadata: Json) -> str:
    """The generation counts changes of what is wanted; the version, where there is none, also those of the state."""
    return str(metadata.get("generation") or metadata["resourceVersion"])


def _left_over(kubectl: Kubectl, objects: Iterable[Json], namespace: str) -> Iterator[tuple[str, str]]:
    wanted = {(item["kind"], group(item), name(item)) for item in objects}
    has_knative = any(group(item).endswith("knative.dev") for item in objects)
    for kind in (*PRUNED, *(PRUNED_OF_KNATIVE if has_knative else ())):
        for item in kubectl.items(kind, "--namespace", namespace, "--selector", PART_OF):
            is_own = OWNERS not in item["metadata"]
            if is_own and (item["kind"], group(item), name(item)) not in wanted:
                yield kind, name(item)
