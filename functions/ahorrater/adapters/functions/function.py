"""One function: it hears events at `/` and answers people at its REST paths."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from ahorrater.adapters.functions import metrics
from ahorrater.adapters.functions.events import Emit, Event, decode, encode
from ahorrater.adapters.functions.metrics import Registry
from ahorrater.adapters.functions.observer import Observer
from ahorrater.adapters.functions.operations import Operation
from ahorrater.adapters.functions.problems import problem_response
from ahorrater.adapters.functions.recent import READS, RecentAnswers
from ahorrater.adapters.functions.rest import RestApi, WrongMethod
from ahorrater.adapters.functions.traffic import EVENT_TYPE, Counting, Traffic
from ahorrater.adapters.tracing import exporter_of, hearing
from ahorrater.contracts.errors import Problem, Reject

MAX_BODY_BYTES = 4 * 1024 * 1024
Handler = Callable[[Event], Emit | None]
Answering = Callable[[Request, bytes], Awaitable[Response]]
P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)


class TooLarge(Reject):
    """A body larger than any honest one: 413."""

    status = 413
    title = "Content too large"


class Function:
    """Plain, blocking handlers behind functions-framework's asynchronous door.

    `events` says who hears which type; a type that nobody hears is rejected, since a Trigger sent it here by mistake.
    `otherwise`, if there is one, hears every other type, and the beginning of what is too large. `threads` is how many
    handlers run at a time: one for a function that owns one database connection. `observers` count what becomes of
    events; /metrics tells. `keep_s`: so long an answer to a GET is given again to whoever asks the same, or until
    something else was asked for here, for functions whose answers are for everybody.
    """

    def __init__(
        self,
        name: str,
        events: Mapping[str, Handler] | None = None,
        operations: Sequence[Operation] = (),
        threads: int = 1,
        otherwise: Handler | None = None,
        observers: Sequence[Observer] = (),
        keep_s: float = 0.0,
    ) -> None:
        self.source = f"/ahorrater/{name}"
        self._events = dict(events or {})
        self._otherwise = otherwise
        self._rest = RestApi(name, operations)
        self._recent = RecentAnswers(keep_s) if keep_s else None
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._observers = tuple(observers)
        self._registry = Registry()
        self.traffic = Traffic(self._registry, self._events)
        for observer in observers:
            self._registry.add(*observer.families)
        self._export = exporter_of(name)

    async def __call__(self, request: Request) -> Response:
        """The answer to any request; whatever goes wrong becomes a problem document."""
        match request.scope["path"]:
            case "/healthz":
                return PlainTextResponse("ok")
            case metrics.PATH:
                return Response(await asyncio.to_thread(self._registry.text), media_type=metrics.MEDIA_TYPE)
            case "/openapi.json":
                return await self._measured(request, self._describe, self.traffic.answered)
            case "/" if self._events or self._otherwise:
                return await self._measured(request, self._hear, self.traffic.heard)
            case _:
                return await self._measured(request, self._ask, self.traffic.answered)

    async def _measured(self, request: Request, answer: Answering, count: Counting) -> Response:
        begun_s = time.perf_counter()
        response = await _explained(request, answer, cut=self._otherwise is not None)
        count(request.scope, response.status_code, time.perf_counter() - begun_s)
        return response

    async def _hear(self, request: Request, body: bytes) -> Response:
        if request.method != "POST":
            raise WrongMethod("events are POSTed here", "POST")
        event = decode(request.headers, body)
        request.scope[EVENT_TYPE] = event.type
        with hearing(event.type, event.trace, event.described, self._export) as span:
            reply = await self._in_pool(self._handler_of(event), event)
            self._observe(event, reply)
            if reply is None:
                return Response(status_code=204)
            return encode(reply, self.source, event, span.context)

    async def _ask(self, request: Request, body: bytes) -> Response:
        ask = partial(self._in_pool, self._rest.answer, request, body)
        if self._recent is None:
            return await ask()
        if request.method in READS:
            return await self._recent.answer(request, ask)
        try:
            return await ask()
        finally:
            self._recent.forget()

    async def _describe(self, _request: Request, _body: bytes) -> Response:
        return self._rest.description

    def _handler_of(self, event: Event) -> Handler:
        handler = self._events.get(event.type, self._otherwise)
        if handler is None:
            raise Reject(f"{event.type} is not heard here; these are: {', '.join(sorted(self._events))}")
        return handler

    def _observe(self, event: Event, reply: Emit | None) -> None:
        """What is done is done: counting it wrong must not have it done again."""
        for observer in self._observers:
            try:
                observer.heard(event, reply)
            except Exception:
                logger.exception("%s was not counted", event.type)

    async def _in_pool(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The thread knows the trace that it works for."""
        working = partial(copy_context().run, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, working)


async def _explained(request: Request, answer: Answering, *, cut: bool) -> Response:
    """The answer, or why there is none."""
    try:
        return await answer(request, await _read_body(request, cut=cut))
    except Problem as problem:
        return _problem(request, problem)
    except RecursionError:
        return _problem(request, Reject("the body is nested too deeply"))
    except ClientDisconnect:
        logger.info("%s %s was given up by who asked", request.method, request.scope["path"])
        return Response(status_code=408)
    except Exception:
        logger.exception("%s %s failed", request.method, request.scope["path"])
        return problem_response(Problem("something went wrong here; the log says what"))


def _problem(request: Request, problem: Problem) -> Response:
    logger.warning("%s %s: %s", request.method, request.scope["path"], problem.detail)
    return problem_response(problem, getattr(problem, "headers", None), brief=request.scope["path"] == "/")


async def _read_body(request: Request, *, cut: bool) -> bytes:
    """The body; where it is to be cut, no more than the beginning of a larger one."""
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > MAX_BODY_BYTES and not cut:
            raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
        body += chunk[: MAX_BODY_BYTES - len(body)]
    return bytes(body)
