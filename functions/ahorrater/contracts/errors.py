"""The errors that a function answers with. A broker retries what may succeed later and dead-letters the rest."""


class Problem(Exception):  # noqa: N818 -- RFC 9457's word
    """Something that the caller is told, as `application/problem+json` (RFC 9457)."""

    status = 500
    title = "Internal error"

    def __init__(self, detail: str, errors: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors


class Reject(Problem):
    """The request will never be right: 400; a broker sends the event to the dead letters."""

    status = 400
    title = "Bad request"


class NotFound(Problem):
    """What was asked for is not there: 404. Only for people's requests: a broker would retry it."""

    status = 404
    title = "Not found"


class Refused(Problem):
    """Right, but not now or not here, and trying again does not help: 422."""

    status = 422
    title = "Refused"


class RetryLater(Problem):
    """Something that is needed is away: 503; a broker tries again."""

    status = 503
    title = "Try again later"

    def __init__(self, detail: str, retry_after_s: int = 2) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
