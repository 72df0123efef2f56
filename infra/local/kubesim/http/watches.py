"""Watches: a stream of changes, one JSON document a line."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.http.paths import Target
from infra.local.kubesim.objects import KubeObject, namespace_of
from infra.local.kubesim.resources import Resource
from infra.local.kubesim.selectors import Predicate
from infra.local.kubesim.store import Change, Store

BOOKMARK_S = 60.0
"""How often a watch that asked for bookmarks gets one, as often as the real server's."""

Presenter = Callable[[KubeObject], KubeObject]


@dataclass(frozen=True)
class WatchRequest:
    """What a watch asks for. `version` None: from the present state, which is sent first."""

    target: Target
    accepts: Predicate
    present: Presenter
    version: int | None
    timeout_s: float
    wants_bookmarks: bool = False
    marks_initial_end: bool = False


class Watches:
    """The open watches of a server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: set[asyncio.Queue[Change | None]] = set()

    def close(self) -> int:
        """Ends all watches, as a server that restarts does; answers how many."""
        for queue in self._open:
            queue.put_nowait(None)
        return len(self._open)

    async def stream(self, request: WatchRequest) -> AsyncIterator[bytes]:
        """The lines of a watch until it times out or is closed. The caller closes the iterator when its reader goes."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        resource = request.target.resource
        try:
            past = list(self._past_events(request))
        except ApiError as error:
            yield _line("ERROR", error.status())
            return
        version = self._store.version
        unsubscribe = self._store.subscribe(lambda change: _offer(queue, resource, change))
        self._open.add(queue)
        try:
            for line in past:
                yield line
            async for line in self._live_events(request, queue, version):
                yield line
        finally:
            self._open.discard(queue)
            unsubscribe()

    def _past_events(self, request: WatchRequest) -> Iterator[bytes]:
        if request.version is not None:
            for change in self._store.changes_since(request.target.resource, request.version):
                yield from _lines(request, change)
            return
        for obj in self._store.objects(request.target.resource, request.target.namespace):
            if _is_watched(request, obj):
                yield _line("ADDED", request.present(obj))
        if request.marks_initial_end:
            yield _bookmark(request.target.resource, self._store.version, {"k8s.io/initial-events-end": "true"})

    async def _live_events(
        self, request: WatchRequest, queue: asyncio.Queue[Change | None], version: int
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + request.timeout_s
        while True:
            remaining_s = ends_at - loop.time()
            if remaining_s <= 0:
                return
            change = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(remaining_s, BOOKMARK_S) if request.wants_bookmarks else remaining_s):
                    change = await queue.get()
                    if change is None:
                        return
            if change is None:
                if request.wants_bookmarks:
                    yield _bookmark(request.target.resource, version)
                continue
            if change.version <= (request.version or 0):  # the watch was asked to start later than now
                continue
            version = change.version
            for line in _lines(request, change):
                yield line


def _offer(queue: asyncio.Queue[Change | None], resource: Resource, change: Change) -> None:
    if change.resource is resource:
        queue.put_nowait(change)


def _is_watched(request: WatchRequest, obj: KubeObject) -> bool:
    target = request.target
    in_namespace = not target.namespace or namespace_of(obj) == target.namespace
    named = not target.name or obj["metadata"]["name"] == target.name
    return in_namespace and named and request.accepts(obj)


def _lines(request: WatchRequest, change: Change) -> Iterator[bytes]:
    """A change as this watch sees it: an object that starts or stops matching is added or deleted."""
    matches = change.type != "DELETED" and _is_watched(request, change.object)
    matched = change.previous is not None and _is_watched(request, change.previous)
    if matches:
        yield _line("MODIFIED" if matched else "ADDED", request.present(change.object))
    elif matched:
        yield _line("DELETED", request.present(_last_state(change)))


def _last_state(change: Change) -> KubeObject:
    last = change.previous or change.object
    return last | {"metadata": last["metadata"] | {"resourceVersion": str(change.version)}}


def _bookmark(resource: Resource, version: int, annotations: dict[str, str] | None = None) -> bytes:
    metadata: KubeObject = {"resourceVersion": str(version), "creationTimestamp": None}
    if annotations:
        metadata["annotations"] = annotations
    return _line("BOOKMARK", {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata})


def _line(kind: str, obj: KubeObject) -> bytes:
    return json.dumps({"type": kind, "object": obj}, separators=(",", ":")).encode() + b"\n"
