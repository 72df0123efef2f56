"""One HTTP function, typed (httpx, imported with the first question)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import NotFound, Refused, RetryLater

if TYPE_CHECKING:
    from httpx import Client, Response

Query = Mapping[str, str | int | float | bool]
T = TypeVar("T")


class Trouble(StrEnum):
    """Why there is no answer. Refused: it answers with an error."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class Away(RetryLater):
    """A function does not answer, or not as agreed. `said`: its own words, where it has some."""

    def __init__(
        self, function: str, why: str, trouble: Trouble = Trouble.UNREACHABLE, said: str | None = None
    ) -> None:
        super().__init__(f"{function} is away: {why}"[:300])
        self.function, self.trouble, self.said = function, trouble, said


class HttpFunction:
    """Asks one function. Any thread may.

    `token` goes with orders (POST), not with reads. `order_timeout_s`: how long an order may take, if not as a read.
    """

    def __init__(
        self, name: str, url: str, timeout_s: float, token: str = "", order_timeout_s: float | None = None
    ) -> None:
        self.name = name
        self._url, self._timeout_s, self._order_timeout_s = url, timeout_s, order_timeout_s or timeout_s
        self._credentials = {"Authorization": f"Bearer {token}"} if token else {}
        self._lock = Lock()
        self._client: Client | None = None

    def get(self, path: str, kind: type[T], query: Query | None = None) -> T:
        """The answer to a GET, as `kind`. Raises Away, NotFound or Refused."""
        with self._answered() as client:
            return self._read(client.get(path, params=query), kind)

    def post(self, path: str, kind: type[T], body: BaseModel | None = None) -> T:
        """The answer to an order, as `kind`. Raises Away, NotFound or Refused."""
        with self._answered() as client:
            return self._read(client.post(path, **self._order(body)), kind)

    def stream(self, path: str, kind: Any, body: BaseModel) -> Iterator[Any]:
        """The lines of an order's answer, each as `kind`, as they come. Raises Away, NotFound or Refused."""
        with self._answered() as client, client.stream("POST", path, **self._order(body)) as response:
            if not response.is_success:
                response.read()
            self._raise_for(response)
            for line in response.iter_lines():
                yield _understood(line, kind)

    def _order(self, body: BaseModel | None) -> dict[str, Any]:
        content = b"" if body is None else body.model_dump_json().encode()
        headers = {"Content-Type": "application/json", **self._credentials}
        return {"content": content, "headers": headers, "timeout": self._order_timeout_s}

    def _read(self, response: "Response", kind: type[T]) -> T:
        self._raise_for(response)
        answer: T = _understood(response.content, kind)
        return answer

    @contextmanager
    def _answered(self) -> "Iterator[Client]":
        from httpx import HTTPError, TimeoutException

        try:
            yield self._connected()
        except TimeoutException as error:
            raise Away(self.name, str(error) or type(error).__name__, Trouble.TIMEOUT) from None
        except HTTPError as error:
            raise Away(self.name, str(error) or type(error).__name__) from None
        except ValidationError as error:
            why = f"it answered something else than agreed ({error.error_count()} errors)"
            raise Away(self.name, why, Trouble.UNREADABLE) from None

    def _raise_for(self, response: "Response") -> None:
        if response.is_success:
            return
        said = _said(response)
        detail = said or f"HTTP {response.status_code}"
        if response.status_code == NotFound.status:
            raise NotFound(detail)
        if response.is_client_error:
            raise Refused(detail)
        raise Away(self.name, detail, Trouble.REFUSED, said)

    def _connected(self) -> "Client":
        with self._lock:
            if self._client is None:
                from httpx import Client

                self._client = Client(base_url=self._url, timeout=self._timeout_s, trust_env=False)
            return self._client


def _understood(document: str | bytes, kind: Any) -> Any:
    """What a newer version says besides is left unread. Raises ValidationError."""
    return adapter_of(kind).validate_json(document, extra="ignore")


def _said(response: "Response") -> str | None:
    """What a problem document (RFC 9457) says, for people."""
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return None
