"""One HTTP function, typed (httpx, imported with the first question)."""

from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import NotFound, Refused, RetryLater

if TYPE_CHECKING:
    from httpx import Client, Response

Query = dict[str, str | int | float | bool]


class Away(RetryLater):
    """A function does not answer, or not as agreed. `function` is its name."""

    def __init__(self, function: str, why: str) -> None:
        super().__init__(f"{function} is away: {why}"[:300])
        self.function = function


class HttpFunction:
    """Asks one function. Any thread may. `token`: what its paths for people ask for."""

    def __init__(self, name: str, url: str, timeout_s: float, token: str = "") -> None:
        self.name = name
        self._url, self._timeout_s, self._token = url, timeout_s, token
        self._lock = Lock()
        self._client: Client | None = None

    def get(self, path: str, kind: Any, query: Query | None = None) -> Any:
        """The answer to a GET, as `kind`. Raises Away, NotFound or Refused."""
        return self._ask("GET", path, kind, query)

    def post(self, path: str, kind: Any) -> Any:
        """The answer to a POST without a body, as `kind`. Raises Away, NotFound or Refused."""
        return self._ask("POST", path, kind, None)

    def _ask(self, method: str, path: str, kind: Any, query: Query | None) -> Any:
        from httpx import HTTPError

        try:
            response = self._connected().request(method, path, params=query)
            self._raise_for(response)
            return adapter_of(kind).validate_json(response.content)
        except HTTPError as error:
            raise Away(self.name, str(error) or type(error).__name__) from None
        except ValidationError as error:
            raise Away(self.name, f"it answered something else than agreed ({error.error_count()} errors)") from None

    def _raise_for(self, response: "Response") -> None:
        if response.is_success:
            return
        detail = _detail(response)
        if response.status_code == NotFound.status:
            raise NotFound(detail)
        if response.is_client_error:
            raise Refused(detail)
        raise Away(self.name, detail)

    def _connected(self) -> "Client":
        with self._lock:
            if self._client is None:
                from httpx import Client

                headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
                self._client = Client(base_url=self._url, headers=headers, timeout=self._timeout_s, trust_env=False)
            return self._client


def _detail(response: "Response") -> str:
    """What a problem document says, for people."""
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"
