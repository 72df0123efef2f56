"""Runs the controllers: every change marks keys as due, and due keys are reconciled in order, one at a time."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from infra.local.kubesim.cluster import Cluster
from infra.local.kubesim.objects import controller_of, name_of, namespace_of
from infra.local.kubesim.resources import Resource
from infra.local.kubesim.store import Change

_log = logging.getLogger(__name__)

Key = tuple[str, str]
"""Namespace and name of what a controller looks after."""


class Controller(Protocol):
    """Brings the objects it looks after from what is to what should be."""

    def keys(self, change: Change) -> Iterable[Key]:
        """The keys that a change makes due."""
        ...

    def reconcile(self, key: Key) -> float | None:
        """Does what is due now. Answers in how many seconds to look again, or None to wait for a change."""
        ...


def own_or_owned(change: Change, own: Resource, owned: Resource) -> Iterable[Key]:
    """The key of what changed, if it is an `own`; that of the `own` which controls it, if it is an `owned`."""
    if change.resource is own:
        yield namespace_of(change.object), name_of(change.object)
    owner = controller_of(change.object) if change.resource is owned else None
    if owner and owner["kind"] == own.kind:
        yield namespace_of(change.object), owner["name"]


class ControlPlane:
    """One queue for all controllers: no threads and no polling, so the same changes give the same result."""

    def __init__(self, cluster: Cluster, controllers: Sequence[Controller]) -> None:
        self._timers = cluster.timers
        self._controllers = controllers
        self._due: dict[tuple[int, Key], None] = {}
        self._wakes: dict[tuple[int, Key], datetime] = {}
        self._scheduled = False
        cluster.store.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        for index, controller in enumerate(self._controllers):
            for key in controller.keys(change):
                self._add(index, key)

    def _add(self, index: int, key: Key) -> None:
        self._due[index, key] = None
        if not self._scheduled:
            self._scheduled = True
            self._timers.call_later(0, self._drain)

    def _drain(self) -> None:
        try:
            while self._due:
                index, key = next(iter(self._due))
                del self._due[index, key]
                self._reconcile(index, key)
        finally:
            self._scheduled = False

    def _reconcile(self, index: int, key: Key) -> None:
        try:
            again_s = self._controllers[index].reconcile(key)
        except Exception:  # noqa: BLE001 - one broken object must not stop the others
            _log.exception("%s failed on %s", type(self._controllers[index]).__name__, key)
            return
        if again_s is not None:
            self._wake_later(index, key, again_s)

    def _wake_later(self, index: int, key: Key, delay_s: float) -> None:
        """One timer a key: the earliest asked for."""
        wake_at = self._timers.now() + timedelta(seconds=delay_s)
        pending = self._wakes.get((index, key))
        if pending is None or wake_at < pending:
            self._wakes[index, key] = wake_at
            self._timers.call_later(delay_s, lambda: self._wake(index, key, wake_at))

    def _wake(self, index: int, key: Key, wake_at: datetime) -> None:
        if self._wakes.get((index, key)) == wake_at:
            del self._wakes[index, key]
            self._add(index, key)
