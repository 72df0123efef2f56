"""Faults on order: the next requests of a kind are slowed or refused, so that clients can be tested against it."""

import re
from dataclasses import dataclass, replace

from infra.local.kubesim.errors import ApiError, bad_request
from infra.local.kubesim.objects import KubeObject

_REASONS = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(frozen=True)
class Fault:
    """What happens to the next `times` requests whose method is `verb` and whose path matches `path`."""

    path: re.Pattern[str]
    verb: str = ""
    status: int = 0
    times: int = 1
    delay_s: float = 0.0

    @classmethod
    def parse(cls, body: KubeObject) -> "Fault":
        """Reads `{"verb", "path", "status", "times", "delay_s"}`; `path` is a regular expression."""
        try:
            return cls(
                path=re.compile(str(body.get("path", ""))),
                verb=str(body.get("verb", "")).upper(),
                status=int(body.get("status", 0)),
                times=int(body.get("times", 1)),
                delay_s=float(body.get("delay_s", 0)),
            )
        except (re.error, TypeError, ValueError) as error:
            message = f"a fault is {{verb, path, status, times, delay_s}} with path a regular expression: {error}"
            raise bad_request(message) from error

    def hits(self, verb: str, path: str) -> bool:
        """Whether a request is one of those meant."""
        return self.verb in ("", verb) and self.path.search(path) is not None

    def error(self) -> ApiError | None:
        """The refusal to answer with, or None when the fault only takes time."""
        if not self.status:
            return None
        return ApiError(self.status, _REASONS.get(self.status, ""), "a fault that was asked for")


class Faults:
    """The faults still to come, first ordered, first served."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Adds a fault."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Forgets all faults."""
        self._faults.clear()

    def next_for(self, verb: str, path: str) -> Fault | None:
        """The fault that a request meets, used up by one."""
        for index, fault in enumerate(self._faults):
            if fault.hits(verb, path):
                self._faults[index : index + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                return fault
        return None
