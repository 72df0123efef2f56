"""The HTTP functions, typed. A function that is away is a value, not an exception: each part of a page tells."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from ahorrater.contracts.answers import DecisionEntry, History, NodeInfo, PanelMeans, PanelNow, PodInfo, SunnyNode

T = TypeVar("T")

logger = logging.getLogger(__name__)

PAUSE_AFTER_TIMEOUT = timedelta(seconds=5)
"""A function that hangs is not waited for again at once: the other parts of the page would wait with it."""

_PANELS = TypeAdapter(tuple[PanelNow, ...])
_MEANS = TypeAdapter(tuple[PanelMeans, ...])
_HISTORY = TypeAdapter(History)
_DECISIONS = TypeAdapter(tuple[DecisionEntry, ...])
_SUNNY = TypeAdapter(SunnyNode)
_NODES = TypeAdapter(tuple[NodeInfo, ...])
_PODS = TypeAdapter(tuple[PodInfo, ...])


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a function answered, and when."""

    value: T
    at: datetime


class Trouble(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Away:
    """A function that did not answer. `detail` is for the log: technical, in English."""

    function: str
    trouble: Trouble
    detail: str
    at: datetime


class FunctionClient:
    """One HTTP function. Safe to share between threads."""

    def __init__(self, name: str, http: httpx.Client, now: Callable[[], datetime]) -> None:
        self.name = name
        self._http = http
        self._now = now
        self._hung: Away | None = None
        self._trouble: Trouble | None = None

    def get(
        self, path: str, shape: TypeAdapter[T], params: dict[str, str | int | bool] | None = None
    ) -> Answer[T] | Away:
        """The answer to a GET, in the shape of its contract."""
        hung = self._hung
        if hung is not None and self._now() < hung.at + PAUSE_AFTER_TIMEOUT:
            return hung
        reply = self._ask(path, shape, params)
        self._log_change(reply)
        self._hung = reply if isinstance(reply, Away) and reply.trouble is Trouble.TIMEOUT else None
        return reply

    def _log_change(self, reply: object) -> None:
        trouble = reply.trouble if isinstance(reply, Away) else None
        if isinstance(reply, Away) and trouble is not self._trouble:
            logger.warning("%s is away (%s): %s", self.name, reply.trouble, reply.detail)
        elif trouble is None and self._trouble is not None:
            logger.warning("%s answers again", self.name)
        self._trouble = trouble

    def _ask(self, path: str, shape: TypeAdapter[T], params: dict[str, str | int | bool] | None) -> Answer[T] | Away:
        try:
            response = self._http.get(path, params=params)
            response.raise_for_status()
            return Answer(shape.validate_json(response.content), self._now())
        except httpx.TimeoutException as error:
            return self._away(Trouble.TIMEOUT, error)
        except httpx.HTTPStatusError as error:
            return self._away(Trouble.REFUSED, error)
        except httpx.HTTPError as error:
            return self._away(Trouble.UNREACHABLE, error)
        except ValidationError as error:
            return self._away(Trouble.UNREADABLE, error)

    def _away(self, trouble: Trouble, error: Exception) -> Away:
        return Away(self.name, trouble, str(error), self._now())


class EnergyQuery:
    """energy-query: the parks and the decisions about them."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def panels(self) -> Answer[tuple[PanelNow, ...]] | Away:
        """The latest reading of every park."""
        return self._function.get("/rest/metrics/getValuesPlacas", _PANELS)

    def means(self) -> Answer[tuple[PanelMeans, ...]] | Away:
        """The means of the last readings of every park."""
        return self._function.get("/rest/metrics/media/getMediaValuesPlacas", _MEANS)

    def decisions(self, limit: int, moved_only: bool = False) -> Answer[tuple[DecisionEntry, ...]] | Away:
        """The ledger, newest first."""
        params: dict[str, str | int | bool] = {"limit": limit}
        if moved_only:
            params["moved"] = True
        return self._function.get("/rest/metrics/decisions", _DECISIONS, params)

    def histories(
        self, nodes: tuple[str, ...], since: datetime, until: datetime, step_s: int
    ) -> Answer[tuple[History, ...]] | Away:
        """The readings of several parks, folded into steps; away as soon as one of them is."""

        def history(node: str) -> Answer[History] | Away:
            params: dict[str, str | int | bool] = {
                "node": node,
                "since": since.isoformat(),
                "until": until.isoformat(),
                "step_s": step_s,
            }
            return self._function.get("/rest/metrics/history", _HISTORY, params)

        found: list[History] = []
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="history") as pool:
            for reply in pool.map(history, nodes):
                if isinstance(reply, Away):
                    return reply
                found.append(reply.value)
        return Answer(tuple(found), until)


class ClusterQuery:
    """cluster-query: the nodes and what runs on them."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def sunny_node(self) -> Answer[SunnyNode] | Away:
        """The node that carries the label."""
        return self._function.get("/rest/getSunnyNode", _SUNNY)

    def nodes(self) -> Answer[tuple[NodeInfo, ...]] | Away:
        """Every node."""
        return self._function.get("/rest/listNodes", _NODES)

    def pods(self) -> Answer[tuple[PodInfo, ...]] | Away:
        """Every pod and its node."""
        return self._function.get("/rest/getNodePod", _PODS)
