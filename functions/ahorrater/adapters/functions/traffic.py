"""What every function counts: the events that it heard and the requests that it answered."""

from collections.abc import Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from ahorrater.adapters.functions.metrics import Counter, Histogram, Registry
from ahorrater.contracts.events import EVENTS

EVENT_TYPE, PATH_TEMPLATE = "ahorrater.event_type", "ahorrater.path_template"
"""Where a request's scope says what it turned out to be. There are few of each, whatever strangers send."""
OTHER = "other"
OUTCOMES = ("taken", "rejected", "retry")
RETRIED = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
)
"""4xx that a Knative broker tries again, as it does 5xx."""
Scope = MutableMapping[str, Any]
Counting = Callable[[Scope, int, float], None]
"""Takes a request's scope, the answer's status, and how long it took, s."""


def outcome_of(status: int) -> str:
    """What a broker makes of an answer."""
    if status < 400:
        return "taken"
    return "retry" if status >= 500 or status in RETRIED else "rejected"


class Traffic:
    """Counts by type and outcome, by path and status, and how long each took."""

    def __init__(self, registry: Registry, heard: Iterable[str]) -> None:
        self._ours = frozenset(model.TYPE for model in EVENTS)
        known = [(kind, outcome) for kind in sorted(heard) for outcome in OUTCOMES]
        self._events = Counter("ahorrater_events", "Events, by what became of them", ("type", "outcome"), known)
        self._event_s = Histogram("ahorrater_event_duration_seconds", "From an event to its answer", ("type",))
        self._requests = Counter("ahorrater_requests", "Requests of people and programs", ("path", "status"))
        self._request_s = Histogram("ahorrater_request_duration_seconds", "From a request to its answer", ("path",))
        registry.add(self._events, self._event_s, self._requests, self._request_s)

    def heard(self, scope: Scope, status: int, duration_s: float) -> None:
        """An event was answered with `status`."""
        kind = scope.get(EVENT_TYPE, OTHER)
        kind = kind if kind in self._ours else OTHER
        self._events.add(kind, outcome_of(status))
        self._event_s.observe(duration_s, kind)

    def answered(self, scope: Scope, status: int, duration_s: float) -> None:
        """A request was answered with `status`."""
        path = scope.get(PATH_TEMPLATE, OTHER)
        self._requests.add(path, str(int(status)))
        self._request_s.observe(duration_s, path)
