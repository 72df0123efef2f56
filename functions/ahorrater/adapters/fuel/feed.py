"""The client of the ministry's service (`ServiciosRESTCarburantes`)."""

import logging
import random
import ssl
import time
from collections.abc import Callable
from datetime import date
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.fuel.settings import FeedSettings
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.fuel_feed import MAX_ANSWER_BYTES

if TYPE_CHECKING:
    import httpx

RETRIED = frozenset({429, 500, 502, 503, 504})
MAX_PAUSE_S = 120.0
"""However long the service asks for, a load tries again within the patience of whoever started it."""

logger = logging.getLogger(__name__)


class FeedAway(RetryLater):
    """The service does not answer, or not with an answer; it was tried several times."""

    title = "The fuel price service is away"


class MinistryFeed:
    """The FuelFeed of the real service. Its requests are spaced: the service is everybody's."""

    def __init__(
        self,
        settings: FeedSettings,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not settings.feed_url:
            raise FeedAway("no fuel price service is set: FUEL_FEED_URL is empty", retry_after_s=3600)
        self._settings, self._pause, self._monotonic = settings, pause, monotonic
        self._client = _client(settings)
        self._used = False

    def live(self) -> bytes:
        """`EstacionesTerrestres/`."""
        return self._get("EstacionesTerrestres/")

    def history(self, day: date) -> bytes:
        """`EstacionesTerrestresHist/{dd-mm-yyyy}`."""
        return self._get(f"EstacionesTerrestresHist/{day:%d-%m-%Y}")

    def municipalities(self) -> bytes:
        """`Listados/Municipios/`."""
        return self._get("Listados/Municipios/")

    def _get(self, path: str) -> bytes:
        if self._used:
            self._pause(self._jittered(self._settings.pause_s))
        self._used = True
        for attempt in range(self._settings.retries + 1):
            try:
                return self._attempt(path)
            except _TryAgain as failure:
                reason = str(failure)
                if attempt < self._settings.retries:
                    wait_s = min(MAX_PAUSE_S, max(failure.after_s, self._jittered(self._settings.pause_s * 2**attempt)))
                    logger.warning("%s: %s; trying again in %.1f s", path, reason, wait_s)
                    self._pause(wait_s)
        raise FeedAway(f"{path}: {reason}", retry_after_s=60)

    def _attempt(self, path: str) -> bytes:
        """One request. Raises _TryAgain for what may pass."""
        import httpx

        try:
            with self._client.stream("GET", path) as response:
                if response.status_code in RETRIED:
                    raise _TryAgain(f"status {response.status_code}", _retry_after_s(response))
                if response.status_code != 200:
                    raise FeedAway(f"{path}: status {response.status_code}", retry_after_s=60)
                return self._body(response)
        except httpx.HTTPError as error:
            raise _TryAgain(f"{type(error).__name__}: {error}") from None

    def _body(self, response: "httpx.Response") -> bytes:
        """All of it, within the deadline and the size that an answer may have."""
        deadline = self._monotonic() + self._settings.deadline_s
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise FeedAway(f"the answer is larger than {MAX_ANSWER_BYTES} bytes", retry_after_s=60)
            if self._monotonic() > deadline:
                raise _TryAgain(f"the answer was not complete after {self._settings.deadline_s:g} s")
        return bytes(body)

    @staticmethod
    def _jittered(pause_s: float) -> float:
        return random.uniform(pause_s, 3 * pause_s)  # noqa: S311 -- spreads clients, hides nothing


class _TryAgain(Exception):  # noqa: N818 -- what to do about it
    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


def tls_context() -> ssl.SSLContext:
    """Certificates are verified as ever. The service offers static RSA key exchange only, which Python's default list
    leaves out: the one cipher that it takes is added, for this client alone."""
    context = ssl.create_default_context()
    context.set_ciphers("DEFAULT:AES256-GCM-SHA384")
    return context


def _client(settings: FeedSettings) -> "httpx.Client":
    import httpx

    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.Client(
        base_url=settings.feed_url,
        verify=tls_context(),
        timeout=httpx.Timeout(settings.timeout_s, connect=10),
        headers={"Accept": "application/json", "User-Agent": "AhorraTER (fuel prices)"},
        follow_redirects=True,
    )


def _retry_after_s(response: "httpx.Response") -> float:
    """Seconds or a date (RFC 9110, 10.2.3); 0 where there is none or it cannot be read."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - utc_now()).total_seconds())
    except (ValueError, TypeError):
        return 0.0
