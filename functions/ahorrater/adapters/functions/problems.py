"""Errors as `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Mapping

from pydantic import ValidationError
from starlette.responses import Response

from ahorrater.contracts.errors import Problem, Reject, RetryLater

MEDIA_TYPE = "application/problem+json"
BRIEF_DETAIL = 400
"""Characters. Knative's in-memory channel (1.22) dies of an error body of more than 768 bytes on its way to a dead
letter sink, and the sink is told the first 1,024 characters of its base64 in any case."""


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None, *, brief: bool = False) -> Response:
    """The answer that tells the caller what is wrong; `brief` for a broker, which keeps little of it."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": _shortened(problem.detail) if brief else problem.detail,
    }
    if problem.errors and not brief:
        body["errors"] = list(problem.errors)
    extra = dict(headers or {})
    if isinstance(problem, RetryLater):
        extra["Retry-After"] = str(problem.retry_after_s)
    return Response(json.dumps(body), status_code=problem.status, headers=extra, media_type=MEDIA_TYPE)


def _shortened(detail: str) -> str:
    ascii_only = detail.encode("ascii", "backslashreplace").decode().replace("\\", "/").replace('"', "'")
    return ascii_only if len(ascii_only) <= BRIEF_DETAIL else ascii_only[: BRIEF_DETAIL - 3] + "..."


def explain(error: ValidationError, what: str) -> Reject:
    """A Reject that says each thing that a contract found wrong, and where."""
    errors = tuple(
        {"where": ".".join(map(str, item["loc"])) or "(whole)", "message": item["msg"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Reject(f"{what}: {first['where']}: {first['message']}{more}", errors[:20])
