"""Events: what controllers tell people about objects (`kubectl describe`, `kubectl get events`)."""

from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.identifiers import Identifiers
from infra.local.kubesim.objects import KubeObject, name_of, namespace_of, time_text, uid_of
from infra.local.kubesim.registry import Registry
from infra.local.kubesim.resources import EVENTS
from infra.local.kubesim.timers import Timers

EVENTS_KEPT = 500
"""A bound on memory where the real server forgets after an hour."""


class EventRecorder:
    """Writes events; the same message about the same object is counted instead of repeated."""

    def __init__(self, registry: Registry, timers: Timers, identifiers: Identifiers) -> None:
        self._registry = registry
        self._timers = timers
        self._identifiers = identifiers
        self._recorded: dict[tuple[str, str, str], tuple[str, str]] = {}

    def record(self, about: KubeObject, component: str, reason: str, message: str, kind: str = "Normal") -> None:
        """One event about one object; `kind` is Normal or Warning."""
        same = self._same_event(about, reason, message)
        if same:
            self._registry.modify(EVENTS, namespace_of(same), name_of(same), self._counted_once_more)
        else:
            self._write(about, component, reason, message, kind)

    def _same_event(self, about: KubeObject, reason: str, message: str) -> KubeObject | None:
        key = self._recorded.get((uid_of(about), reason, message))
        return self._registry.store.get(EVENTS, *key) if key else None

    def _counted_once_more(self, event: KubeObject) -> KubeObject:
        return event | {"count": event["count"] + 1, "lastTimestamp": time_text(self._timers.now())}

    def _write(self, about: KubeObject, component: str, reason: str, message: str, kind: str) -> None:
        now = time_text(self._timers.now())
        namespace = namespace_of(about) or "default"
        event = {
            "metadata": {"name": f"{name_of(about)}.{self._identifiers.uid()[:16].replace('-', '')}"},
            "involvedObject": _reference(about),
            "reason": reason,
            "message": message,
            "source": {"component": component},
            "reportingComponent": component,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": kind,
        }
        try:
            created = self._registry.create(EVENTS, namespace, event)
        except ApiError:  # the namespace is going away, and its events with it
            return
        self._recorded[uid_of(about), reason, message] = (namespace, name_of(created))
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        while len(self._recorded) > EVENTS_KEPT:
            event = self._registry.store.get(EVENTS, *self._recorded.pop(next(iter(self._recorded))))
            if event:
                self._registry.remove(EVENTS, event)


def _reference(about: KubeObject) -> KubeObject:
    metadata = about["metadata"]
    return {
        "apiVersion": about["apiVersion"],
        "kind": about["kind"],
        **({"namespace": metadata["namespace"]} if metadata.get("namespace") else {}),
        "name": metadata["name"],
        "uid": metadata["uid"],
        "resourceVersion": metadata["resourceVersion"],
    }
