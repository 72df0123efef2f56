"""A fault as data, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.system import System


class Need(StrEnum):
    """What a fault cannot do without."""

    POSTGRESQL = "PostgreSQL"
    SQLITE = "SQLite"
    STRACE = "root and strace, to make system calls slow or fail"
    NAMESPACE = "root, for a network and file systems of its own"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `strike` begins it and returns when it is over; nothing else mends it.

    `refused`: how many readings it sends that deserve to end among the dead letters. `may_lose`: what it takes from
    the MQTT broker before anybody else had it; the words are the reason. `alone`: not one of two at a time.
    """

    name: str
    family: str
    expected: str
    strike: Callable[["System"], None]
    needs: frozenset[Need] = frozenset()
    refused: int = 0
    may_lose: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was seen. `broken` lists the invariants that did not hold: none, if all is well."""

    names: tuple[str, ...]
    family: str
    expected: str
    recovery_s: float
    acknowledged: int
    lost: int
    looks: int
    letters: tuple[str, ...]
    broken: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Both faults, where there were two."""
        return " + ".join(self.names)

    def __str__(self) -> str:
        seen = "; ".join(self.broken) if self.broken else f"ok, {self.lost} lost as it may" if self.lost else "ok"
        letters = f", dead letters: {', '.join(self.letters)}" if self.letters else ""
        return f"{self.name}: {seen} ({self.acknowledged} acknowledged, {self.recovery_s:.1f} s to recover{letters})"
