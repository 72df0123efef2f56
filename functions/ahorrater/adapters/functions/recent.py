"""Answers given again for a moment as they were sent: many who ask cost no more than one does."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.functions.traffic import OTHER, PATH_TEMPLATE, Scope

READS = frozenset({"GET", "HEAD"})
MAX_KEPT_BYTES = 16 * 1024 * 1024
Ask = Callable[[], Coroutine[Any, Any, Response]]
Question = tuple[bytes, bytes]


def question_of(request: Request) -> Question:
    """Path and query of a read, as they were sent: who sends the same asks the same."""
    return request.scope["raw_path"], request.scope["query_string"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question under way or answered: the scope of who asked first, and when that was, s."""

    scope: Scope
    at_s: float
    answering: asyncio.Task[Response]

    @property
    def good(self) -> Response | None:
        """The answer, once there is one that may be given again."""
        task = self.answering
        if not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result() if task.result().status_code == HTTPStatus.OK else None


class RecentAnswers:
    """An answer is given again until `keep_s` after its question was first asked; who asks while it is being found
    waits for it. A failure is told to all who wait for it and is not kept. Answers must be the same for everybody.
    """

    def __init__(self, keep_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._keep_s, self._monotonic = keep_s, monotonic
        self._asked: dict[Question, _Asked] = {}

    async def answer(self, request: Request, ask: Ask) -> Response:
        """The answer to the request's question, by `ask` if there is none from just now."""
        question = question_of(request)
        asked = self._asked.get(question)
        if asked is None or self._is_old(asked):
            asked = self._begin(question, request.scope, ask)
        answer = await asyncio.shield(asked.answering)
        request.scope[PATH_TEMPLATE] = asked.scope.get(PATH_TEMPLATE, OTHER)
        return answer

    def forget(self) -> None:
        """Something has changed: who asks from now on is told how it is now."""
        self._asked.clear()

    def _begin(self, question: Question, scope: Scope, ask: Ask) -> _Asked:
        self._asked = {one: asked for one, asked in self._asked.items() if not self._is_old(asked)}
        asked = self._asked[question] = _Asked(scope, self._monotonic(), asyncio.create_task(ask()))
        asked.answering.add_done_callback(partial(self._keep, question, asked))
        return asked

    def _is_old(self, asked: _Asked) -> bool:
        return asked.answering.done() and self._monotonic() - asked.at_s >= self._keep_s

    def _keep(self, question: Question, asked: _Asked, _: asyncio.Task[Response]) -> None:
        """Or not: what failed, and what there is no room for."""
        kept_bytes = sum(len(good.body) for one in self._asked.values() if (good := one.good))
        if (asked.good is None or kept_bytes > MAX_KEPT_BYTES) and self._asked.get(question) is asked:
            del self._asked[question]
