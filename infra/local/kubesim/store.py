"""The objects, their versions, and a bounded log of changes for watches."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from infra.local.kubesim.errors import expired
from infra.local.kubesim.objects import KubeObject, name_of, namespace_of
from infra.local.kubesim.resources import STORED, Resource

HISTORY_PER_KIND = 200
"""Changes kept for each kind: ten minutes of a small cluster, and a bound on memory (all kinds full: some 3 MiB)."""

ChangeType = Literal["ADDED", "MODIFIED", "DELETED"]


@dataclass(frozen=True)
class Change:
    """One write: what became of one object at one version."""

    type: ChangeType
    resource: Resource
    version: int
    object: KubeObject
    previous: KubeObject | None = None


class _Shelf:
    """All objects of one kind and their recent changes."""

    def __init__(self, history: int) -> None:
        self.objects: dict[tuple[str, str], KubeObject] = {}
        self.changes: deque[Change] = deque(maxlen=history)
        self.forgotten_version = 0

    def log(self, change: Change) -> None:
        if len(self.changes) == self.changes.maxlen:
            self.forgotten_version = self.changes[0].version
        self.changes.append(change)

    def forget(self, version: int) -> None:
        self.forgotten_version = version
        self.changes.clear()


class Store:
    """Versioned objects in memory. One counter numbers all writes, as etcd's revision does.

    Listeners are called once a write is complete, in the order in which they subscribed.
    """

    def __init__(self, history: int = HISTORY_PER_KIND) -> None:
        self._shelves = {resource: _Shelf(history) for resource in STORED}
        self._versions = itertools.count(1)
        self._listeners: list[Callable[[Change], None]] = []
        self.version = 0

    def get(self, resource: Resource, namespace: str, name: str) -> KubeObject | None:
        """One object, or None."""
        return self._shelves[resource].objects.get((namespace, name))

    def objects(self, resource: Resource, namespace: str = "") -> list[KubeObject]:
        """All objects of a kind (in one namespace, if named), by namespace and name."""
        objects = sorted(self._shelves[resource].objects.items())
        return [obj for (object_namespace, _), obj in objects if not namespace or object_namespace == namespace]

    def insert(self, resource: Resource, obj: KubeObject) -> KubeObject:
        """Adds a new object; answers it as stored."""
        return self._write("ADDED", resource, obj)

    def replace(self, resource: Resource, obj: KubeObject) -> KubeObject:
        """Replaces an object by a new state; answers it as stored."""
        return self._write("MODIFIED", resource, obj)

    def remove(self, resource: Resource, obj: KubeObject) -> KubeObject:
        """Takes an object away; answers its last state under the version of the removal."""
        return self._write("DELETED", resource, obj)

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Calls `listener` after every write until the function that is answered is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changes_since(self, resource: Resource, version: int) -> list[Change]:
        """The writes to a kind after `version`. Raises 410 when some of them have been forgotten."""
        shelf = self._shelves[resource]
        if version < shelf.forgotten_version:
            raise expired(f"too old resource version: {version} ({shelf.forgotten_version + 1})")
        return [change for change in shelf.changes if change.version > version]

    def forget_history(self) -> None:
        """Forgets all past changes, as a compaction does: older versions are answered with 410 from now on."""
        for shelf in self._shelves.values():
            shelf.forget(self.version)

    def _write(self, kind: ChangeType, resource: Resource, obj: KubeObject) -> KubeObject:
        shelf = self._shelves[resource]
        key = (namespace_of(obj), name_of(obj))
        previous = shelf.objects.get(key)
        self.version = next(self._versions)
        stored = obj | {"metadata": obj["metadata"] | {"resourceVersion": str(self.version)}}
        if kind == "DELETED":
            del shelf.objects[key]
        else:
            shelf.objects[key] = stored
        change = Change(kind, resource, self.version, stored, previous)
        shelf.log(change)
        for listener in tuple(self._listeners):
            listener(change)
        return stored
