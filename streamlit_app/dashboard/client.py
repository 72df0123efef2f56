"""A function that is away is a value, not an exception: each part of a page tells."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, Generic, ParamSpec, TypeVar

from ahorrater.adapters.clients import http
from ahorrater.adapters.clients.http import Trouble
from ahorrater.contracts.errors import NotFound, Problem, Refused

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Now = Callable[[], datetime]

logger = logging.getLogger(__name__)

PAUSE_AFTER_TIMEOUT = timedelta(seconds=5)
"""A function that hangs is not waited for again at once: the other parts of the page would wait with it."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """What a function answered, and when."""

    value: T_co
    at: datetime


@dataclass(frozen=True, slots=True)
class Away:
    """A function that did not answer, or refused. `detail` is for the log: technical, in English.

    `said`: why it refused, in its own words, where it answered with a problem document.
    """

    function: str
    trouble: Trouble
    detail: str
    at: datetime
    said: str | None = None


class FunctionClient(Generic[C]):
    """Asks a function by its client, whose methods raise. Safe to share between threads."""

    def __init__(self, name: str, client: C, now: Now) -> None:
        self.name = name
        self._client, self._now = client, now
        self._hung: Away | None = None
        self._trouble: Trouble | None = None

    def read(self, question: Callable[Concatenate[C, P], T], *args: P.args, **kwargs: P.kwargs) -> Answer[T] | Away:
        """What the client's method answers. Not asked for some seconds after the function has hung."""
        hung = self._hung
        if hung is not None and self._now() < hung.at + PAUSE_AFTER_TIMEOUT:
            return hung
        reply = self.order(question, *args, **kwargs)
        self._log_change(reply)
        self._hung = reply if isinstance(reply, Away) and reply.trouble is Trouble.TIMEOUT else None
        return reply

    def order(self, question: Callable[Concatenate[C, P], T], *args: P.args, **kwargs: P.kwargs) -> Answer[T] | Away:
        """The same for what people order, whatever happened before."""
        try:
            return Answer(question(self._client, *args, **kwargs), self._now())
        except (http.Away, NotFound, Refused) as error:
            return self._away(error)

    def stream(
        self, question: Callable[Concatenate[C, P], Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[T | Away]:
        """The parts of an answer that takes its time, as they come; trouble is the last one."""
        try:
            yield from question(self._client, *args, **kwargs)
        except (http.Away, NotFound, Refused) as error:
            yield self._away(error)

    def _away(self, error: Problem) -> Away:
        if isinstance(error, http.Away):
            return Away(self.name, error.trouble, error.detail, self._now(), error.said)
        return Away(self.name, Trouble.REFUSED, error.detail, self._now(), error.detail)

    def _log_change(self, reply: object) -> None:
        trouble = reply.trouble if isinstance(reply, Away) else None
        if isinstance(reply, Away) and trouble is not self._trouble:
            logger.warning("%s is away (%s): %s", self.name, reply.trouble, reply.detail)
        elif trouble is None and self._trouble is not None:
            logger.warning("%s answers again", self.name)
        self._trouble = trouble
