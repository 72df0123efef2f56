"""The cluster's nodes, as far as deploying cares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import Json, name

REFUSING = frozenset({"NoSchedule", "NoExecute"})
ADDRESS_TYPES = ("ExternalIP", "InternalIP", "Hostname")


@dataclass(frozen=True, slots=True)
class Node:
    """A node: where it is reached, and whether ordinary pods may run on it."""

    name: str
    addresses: tuple[str, ...]
    ready: bool
    takes_pods: bool

    @classmethod
    def of(cls, item: Json) -> "Node":
        """From the API's JSON."""
        taints, status = item["spec"].get("taints") or [], item["status"]
        addresses = {found["type"]: found["address"] for found in status.get("addresses") or []}
        conditions = {found["type"]: found["status"] for found in status.get("conditions") or []}
        return cls(
            name=name(item),
            addresses=tuple(addresses[kind] for kind in ADDRESS_TYPES if kind in addresses),
            ready=conditions.get("Ready") == "True",
            takes_pods=not any(taint["effect"] in REFUSING and _lasts(taint["key"]) for taint in taints),
        )


def _lasts(taint: str) -> bool:
    """Whether it was put there by people: a node that is away for a minute still has its park."""
    return not taint.startswith("node.kubernetes.io/")


def parks_of(nodes: Iterable[Node], wanted: Sequence[str]) -> tuple[str, ...]:
    """The nodes with a park: those that are named, or else all that take ordinary pods. Raises DeployError."""
    known = {node.name: node for node in nodes}
    if missing := [park for park in wanted if park not in known]:
        raise DeployError(f"PARKS names {', '.join(missing)}; the cluster's nodes are {', '.join(sorted(known))}")
    parks = tuple(wanted) or tuple(sorted(node.name for node in known.values() if node.takes_pods))
    if not parks:
        raise DeployError("no node takes ordinary pods: remove a taint, or name the nodes with a park in PARKS")
    return parks
