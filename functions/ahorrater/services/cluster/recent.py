"""Answers kept for a moment, so that many viewers ask the cluster no more than one does."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """What `load` answered, asked for again when it is `ttl_s` old. While one thread asks, the others wait for it."""

    def __init__(self, load: Callable[[], T], ttl_s: float, monotonic: Callable[[], float]) -> None:
        self._load = load
        self._ttl_s = ttl_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: tuple[float, T] | None = None

    def get(self) -> T:
        """The answer, at most `ttl_s` old when asked for. What `load` raises is not kept."""
        with self._lock:
            if self._kept is None or self._monotonic() - self._kept[0] >= self._ttl_s:
                self._kept = (self._monotonic(), self._load())
            return self._kept[1]
