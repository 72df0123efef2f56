"""An HTTP function, typed. A function that is away is a value, not an exception: each part of a page tells."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Query = Mapping[str, str | int | float | bool]

logger = logging.getLogger(__name__)

PAUSE_AFTER_TIMEOUT = timedelta(seconds=5)
"""A function that hangs is not waited for again at once: the other parts of the page would wait with it."""
ACTION_TIMEOUT_S = 60.0
"""Moving the work, or sending a chart, takes as long as it takes; nobody's page waits for it."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What a function answered, and when."""

    value: T_co
    at: datetime


class Trouble(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Away:
    """A function that did not answer. `detail` is for the log: technical, in English.

    `said`: why it refused, in its own words, where it answered with a problem document.
    """

    function: str
    trouble: Trouble
    detail: str
    at: datetime
    said: str | None = None


class _Problem(BaseModel):
    """RFC 9457; only what people are told."""

    detail: str


class FunctionClient:
    """One HTTP function. Safe to share between threads. `token` goes with what people order, not with reads."""

    def __init__(self, name: str, http: httpx.Client, now: Callable[[], datetime], token: str | None = None) -> None:
        self.name = name
        self._http = http
        self._now = now
        self._credentials = {"Authorization": f"Bearer {token}"} if token else {}
        self._hung: Away | None = None
        self._trouble: Trouble | None = None

    def get(self, path: str, shape: TypeAdapter[T], params: Query | None = None) -> Answer[T] | Away:
        """The answer to a GET, in the shape of its contract."""
        hung = self._hung
        if hung is not None and self._now() < hung.at + PAUSE_AFTER_TIMEOUT:
            return hung
        reply = self._ask(shape, self._http.build_request("GET", path, params=params))
        self._log_change(reply)
        self._hung = reply if isinstance(reply, Away) and reply.trouble is Trouble.TIMEOUT else None
        return reply

    def post(self, path: str, shape: TypeAdapter[T], body: BaseModel | None = None) -> Answer[T] | Away:
        """The answer to an order."""
        return self._ask(shape, self._order(path, body))

    def stream(self, path: str, shape: TypeAdapter[T], body: BaseModel) -> Iterator[T | Away]:
        """The lines of an answer that takes its time, as they come; trouble is the last one."""
        try:
            with self._sent(self._order(path, body)) as response:
                for line in response.iter_lines():
                    yield shape.validate_json(line)
        except (httpx.HTTPError, ValidationError) as error:
            yield self._away(error)

    def _order(self, path: str, body: BaseModel | None) -> httpx.Request:
        content = b"" if body is None else body.model_dump_json().encode()
        headers = {"Content-Type": "application/json", **self._credentials}
        return self._http.build_request("POST", path, content=content, headers=headers, timeout=ACTION_TIMEOUT_S)

    @contextmanager
    def _sent(self, request: httpx.Request) -> Iterator[httpx.Response]:
        response = self._http.send(request, stream=True)
        try:
            if not response.is_success:
                response.read()
            response.raise_for_status()
            yield response
        finally:
            response.close()

    def _ask(self, shape: TypeAdapter[T], request: httpx.Request) -> Answer[T] | Away:
        try:
            with self._sent(request) as response:
                return Answer(shape.validate_json(response.read()), self._now())
        except (httpx.HTTPError, ValidationError) as error:
            return self._away(error)

    def _log_change(self, reply: object) -> None:
        trouble = reply.trouble if isinstance(reply, Away) else None
        if isinstance(reply, Away) and trouble is not self._trouble:
            logger.warning("%s is away (%s): %s", self.name, reply.trouble, reply.detail)
        elif trouble is None and self._trouble is not None:
            logger.warning("%s answers again", self.name)
        self._trouble = trouble

    def _away(self, error: httpx.HTTPError | ValidationError) -> Away:
        return Away(self.name, _trouble(error), str(error), self._now(), _said(error))


def _trouble(error: httpx.HTTPError | ValidationError) -> Trouble:
    if isinstance(error, ValidationError):
        return Trouble.UNREADABLE
    if isinstance(error, httpx.TimeoutException):
        return Trouble.TIMEOUT
    return Trouble.REFUSED if isinstance(error, httpx.HTTPStatusError) else Trouble.UNREACHABLE


def _said(error: httpx.HTTPError | ValidationError) -> str | None:
    if not isinstance(error, httpx.HTTPStatusError):
        return None
    try:
        return _Problem.model_validate_json(error.response.content).detail
    except ValidationError:
        return None
