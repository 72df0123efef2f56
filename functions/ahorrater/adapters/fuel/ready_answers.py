"""Answers kept as bytes, plain and gzipped, ready to be sent again: no routing, no validation, no thread."""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.functions import metrics
from ahorrater.adapters.functions.recent import READS, Question, question_of
from ahorrater.adapters.functions.traffic import OTHER, PATH_TEMPLATE, Counting, Scope
from ahorrater.services.fuel.edition import Edition

Answer = Callable[[Request], Awaitable[Response]]
GZIP_FROM_BYTES = 500
ALWAYS_FRESH = frozenset({"/healthz", metrics.PATH})


def uncounted(scope: Scope, status: int, duration_s: float) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """One answer in its forms; each may be sent any number of times."""

    plain: Response
    zipped: Response
    unchanged: Response
    etag: bytes
    zipped_etag: bytes
    size_bytes: int
    path: str

    @classmethod
    def of(cls, answer: Response, max_age_s: int, path: str) -> "ReadyAnswer":
        """Packs a 200 of this path's. The gzipped form has an ETag of its own (RFC 9110, 8.8.3.3)."""
        body = bytes(answer.body)
        packed = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM_BYTES else body
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        etag, zipped_etag = f'"{digest}"', f'"{digest}-gzip"' if packed is not body else f'"{digest}"'
        common = {"Cache-Control": f"public, max-age={max_age_s}, stale-if-error=86400", "Vary": "Accept-Encoding"}
        encoding = {"Content-Encoding": "gzip"} if packed is not body else {}
        return cls(
            plain=Response(body, headers={**common, "ETag": etag}, media_type=answer.media_type),
            zipped=Response(packed, headers={**common, **encoding, "ETag": zipped_etag}, media_type=answer.media_type),
            unchanged=Response(status_code=304, headers={**common, "ETag": etag}),
            etag=etag.encode(),
            zipped_etag=zipped_etag.encode(),
            size_bytes=len(body) + len(packed),
            path=path,
        )

    def to(self, request: Request) -> Response:
        """The form that the request asks for."""
        zipped, known = False, b""
        for name, value in request.scope["headers"]:
            if name == b"accept-encoding":
                zipped = _takes_gzip(value)
            elif name == b"if-none-match":
                known = value
        if known and _matches(known, (self.etag, self.zipped_etag)):
            return self.unchanged
        return self.zipped if zipped else self.plain


class ReadyAnswers:
    """In front of a function: what was answered once from this edition of the prices is answered again.

    `count` is told of those answers; the function counts its own.
    """

    def __init__(
        self, answer: Answer, edition: Edition, max_bytes: int, max_age_s: int, count: Counting = uncounted
    ) -> None:
        self._answer, self._edition, self._count = answer, edition, count
        self._max_bytes, self._max_age_s = max_bytes, max_age_s
        self._ready: dict[Question, ReadyAnswer] = {}
        self._version, self._bytes = "", 0
        self._checking: asyncio.Future[None] | None = None

    async def __call__(self, request: Request) -> Response:
        """The ready answer, or the function's, which is kept if it is a good one."""
        if request.scope["method"] not in READS or request.scope["path"] in ALWAYS_FRESH:
            return await self._answer(request)
        begun_s = time.perf_counter()
        if not self._edition.version and self._edition.is_due:
            await asyncio.to_thread(self._edition.check)
        self._look_for_news()
        question = question_of(request)
        ready = self._ready.get(question)
        if ready is not None:
            return self._again(ready, request, begun_s)
        version = self._edition.version
        answer = await self._answer(request)
        if answer.status_code != 200:
            return answer
        path = request.scope.get(PATH_TEMPLATE, OTHER)
        ready = await asyncio.to_thread(ReadyAnswer.of, answer, self._max_age_s, path)
        self._keep(question, ready, version)
        return self._sent(ready, request)

    def _again(self, ready: ReadyAnswer, request: Request, begun_s: float) -> Response:
        """The function never hears of this one."""
        response = self._sent(ready, request)
        request.scope[PATH_TEMPLATE] = ready.path
        self._count(request.scope, response.status_code, time.perf_counter() - begun_s)
        return response

    def _sent(self, ready: ReadyAnswer, request: Request) -> Response:
        response = ready.to(request)
        return self._stale(response) if self._edition.is_away else response

    def _look_for_news(self) -> None:
        """Looks for a new version without letting anybody wait; drops the old one's answers."""
        if self._version != self._edition.version:
            self._version, self._bytes = self._edition.version, 0
            self._ready.clear()
        if self._edition.is_due and (self._checking is None or self._checking.done()):
            self._checking = asyncio.get_running_loop().run_in_executor(None, self._edition.check)

    def _keep(self, question: Question, ready: ReadyAnswer, version: str) -> None:
        """An answer that a new version overtook, and one larger than everything may be, is not kept."""
        if version != self._edition.version or version != self._version or ready.size_bytes > self._max_bytes:
            return
        self._bytes += ready.size_bytes
        self._ready[question] = ready
        while self._bytes > self._max_bytes:
            self._bytes -= self._ready.pop(next(iter(self._ready))).size_bytes

    def _stale(self, response: Response) -> Response:
        """The same, marked: RFC 9111's Age, and the warning that RFC 7234 had for it."""
        marked = Response(response.body, response.status_code)
        marked.raw_headers = [
            *response.raw_headers,
            (b"age", str(self._edition.age_s).encode()),
            (b"warning", b'110 fuel-query "Response is Stale"'),
        ]
        return marked


def _takes_gzip(accept_encoding: bytes) -> bool:
    for item in accept_encoding.split(b","):
        name, _, weight = item.partition(b";")
        if name.strip().lower() == b"gzip":
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def _matches(if_none_match: bytes, etags: tuple[bytes, ...]) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    known = [item.strip().removeprefix(b"W/") for item in if_none_match.split(b",")]
    return b"*" in known or any(etag in known for etag in etags)
