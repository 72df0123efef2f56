"""Takes away what lost its owner, and what lives in a namespace that is going."""

from collections.abc import Iterable

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.control_plane import Key
from infra.local.kubesim.objects import KubeObject, copied, is_terminating, name_of, namespace_of, uid_of
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import NAMESPACES, SERVICE_ACCOUNTS, STORED, Resource
from infra.local.kubesim.store import Change


class OwnedObjects:
    """The garbage collector: an object whose owner was deleted follows it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._owned: dict[str, dict[tuple[Resource, str, str], None]] = {}

    def keys(self, change: Change) -> Iterable[Key]:
        """The uid of a deleted owner, in place of a name."""
        place = (change.resource, namespace_of(change.object), name_of(change.object))
        for owner in change.object["metadata"].get("ownerReferences") or ():
            if change.type == "DELETED":
                self._owned.get(owner["uid"], {}).pop(place, None)
            else:
                self._owned.setdefault(owner["uid"], {})[place] = None
        if change.type == "DELETED" and uid_of(change.object) in self._owned:
            yield "", uid_of(change.object)

    def reconcile(self, key: Key) -> float | None:
        """Deletes what the owner leaves behind."""
        for resource, namespace, name in self._owned.pop(key[1], {}):
            orphan = self._cluster.store.get(resource, namespace, name)
            if orphan and _is_owned_by(orphan, key[1]) and not is_terminating(orphan):
                self._cluster.registry.delete(resource, namespace, name, DeleteOptions())
        return None


def _is_owned_by(obj: KubeObject, uid: str) -> bool:
    return any(owner["uid"] == uid for owner in obj["metadata"].get("ownerReferences") or ())


class NamespaceContents:
    """Gives a new namespace its service account; empties one that is being deleted, then lets it go."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, change: Change) -> Iterable[Key]:
        """A new namespace, or one that is going, also when something in it is gone."""
        name = name_of(change.object) if change.resource is NAMESPACES else namespace_of(change.object)
        namespace = self._cluster.store.get(NAMESPACES, "", name)
        is_new = change.resource is NAMESPACES and change.type == "ADDED"
        if namespace and (is_new or is_terminating(namespace)):
            yield "", name

    def reconcile(self, key: Key) -> float | None:
        """Deletes what is left; once nothing is, removes the finalizer and with it the namespace."""
        namespace = self._cluster.store.get(NAMESPACES, *key)
        if namespace is None:
            return None
        if not is_terminating(namespace):
            self._create_service_account(key[1])
            return None
        left = [
            (resource, obj)
            for resource in STORED
            if resource.namespaced
            for obj in self._cluster.store.objects(resource, key[1])
        ]
        for resource, obj in left:
            if not is_terminating(obj):
                self._cluster.registry.delete(resource, key[1], name_of(obj), DeleteOptions())
        if not left:
            emptied = copied(namespace)
            emptied["spec"]["finalizers"] = []
            self._cluster.registry.remove(NAMESPACES, emptied)
        return None

    def _create_service_account(self, namespace: str) -> None:
        if not self._cluster.store.get(SERVICE_ACCOUNTS, namespace, "default"):
            self._cluster.registry.create(SERVICE_ACCOUNTS, namespace, {"metadata": {"name": "default"}})
