"""Writers and readers at a bounded rate that note what was acknowledged, and for how long nothing was."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psycopg

# A dead connection is noticed in seconds, not after a quarter of an hour.
IMPATIENT = {"connect_timeout": 2, "tcp_user_timeout": 3000}


@dataclass
class Load:
    """Repeats `act` every `pause_s` in a thread until the block ends; a failed turn is counted and repeated."""

    act: Callable[[int], None]
    pause_s: float
    done: list[int] = field(default_factory=list)
    moments_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def longest_gap_s(self) -> float:
        """The longest time without a success, s."""
        return max(after - before for before, after in zip(self.moments_s, self.moments_s[1:], strict=False))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        number = 0
        while not self._ended.wait(self.pause_s):
            try:
                self.act(number)
            except Exception as error:  # noqa: BLE001 -- whatever it was, it was not acknowledged
                self.failures.append(f"{type(error).__name__}: {error}")
            else:
                self.done.append(number)
                self.moments_s.append(time.monotonic())
            number += 1


class Session:
    """One connection, made anew after a failure."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None

    def execute(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """One statement, committed when this returns."""
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True, **IMPATIENT)  # type: ignore[arg-type]
        try:
            cursor = self._connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error:
            self._connection.close()
            self._connection = None
            raise
