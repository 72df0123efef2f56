"""One function: it hears events at `/` and answers people at its REST paths."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ahorrater.adapters.functions.events import Emit, Event, decode, encode
from ahorrater.adapters.functions.operations import Operation
from ahorrater.adapters.functions.problems import problem_response
from ahorrater.adapters.functions.rest import RestApi, WrongMethod
from ahorrater.contracts.errors import Problem, Reject

MAX_BODY_BYTES = 4 * 1024 * 1024
Handler = Callable[[Event], Emit | None]
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
    `otherwise`, if there is one, hears every other type. `threads` is how many handlers run at a time: one for a
    function that owns one database connection.
    """

    def __init__(
        self,
        name: str,
        events: Mapping[str, Handler] | None = None,
        operations: Sequence[Operation] = (),
        threads: int = 1,
        otherwise: Handler | None = None,
    ) -> None:
        self.source = f"/ahorrater/{name}"
        self._events = dict(events or {})
        self._otherwise = otherwise
        self._rest = RestApi(name, operations)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __call__(self, request: Request) -> Response:
        """The answer to any request; whatever goes wrong becomes a problem document."""
        try:
            return await self._answer(request)
        except Problem as problem:
            logger.warning("%s %s: %s", request.method, request.url.path, problem.detail)
            return problem_response(problem, getattr(problem, "headers", None), brief=request.url.path == "/")
        except Exception:
            logger.exception("%s %s failed", request.method, request.url.path)
            return problem_response(Problem("something went wrong here; the log says what"))

    async def _answer(self, request: Request) -> Response:
        if request.url.path == "/healthz":
            return PlainTextResponse("ok")
        body = await _read_body(request)
        if request.url.path == "/" and (self._events or self._otherwise):
            return await self._hear(request, body)
        return await self._in_pool(self._rest.answer, request, body)

    async def _hear(self, request: Request, body: bytes) -> Response:
        if request.method != "POST":
            raise WrongMethod("events are POSTed here", "POST")
        event = decode(request.headers, body)
        handler = self._events.get(event.type, self._otherwise)
        if handler is None:
            raise Reject(f"{event.type} is not heard here; these are: {', '.join(sorted(self._events))}")
        reply = await self._in_pool(handler, event)
        return Response(status_code=204) if reply is None else encode(reply, self.source, event)

    async def _in_pool(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))


async def _read_body(request: Request) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
