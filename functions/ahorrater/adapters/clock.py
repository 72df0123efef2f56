"""The time, as an edge: everything inside is told what time it is."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)
