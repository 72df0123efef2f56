"""Waiting for what a cluster does in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], wanted: Callable[[T], bool], patience_s: float) -> T:
    """What `look` saw when it was as wanted; fails with what it saw last."""
    deadline = time.monotonic() + patience_s
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, f"after {patience_s:.0f} s it is still {seen!r}"
        time.sleep(0.5)
    return seen
