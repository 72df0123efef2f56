"""Room on a node: what pods ask for, what is free, and what is missing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Room:
    """Processor time in thousandths of a core, memory in bytes, and places for pods."""

    cpu_m: int = 0
    memory_bytes: int = 0
    pods: int = 0

    def __add__(self, other: "Room") -> "Room":
        return Room(self.cpu_m + other.cpu_m, self.memory_bytes + other.memory_bytes, self.pods + other.pods)

    def __sub__(self, other: "Room") -> "Room":
        return Room(self.cpu_m - other.cpu_m, self.memory_bytes - other.memory_bytes, self.pods - other.pods)


ONE_POD = Room(pods=1)
"""What a pod takes that asks for nothing."""


def total(rooms: Iterable[Room]) -> Room:
    """All of them together."""
    return reduce(add, rooms, Room())


def shortage(needed: Room, free: Room) -> str | None:
    """What is missing, as a clause for people; None when `needed` fits. What nobody asks for is not missing."""
    missing = [
        f"{asked} asked for, {left} free"
        for is_short, asked, left in (
            (needed.cpu_m > max(free.cpu_m, 0), _cores(needed.cpu_m), _cores(free.cpu_m)),
            (
                needed.memory_bytes > max(free.memory_bytes, 0),
                _mebibytes(needed.memory_bytes),
                _mebibytes(free.memory_bytes),
            ),
            (needed.pods > max(free.pods, 0), f"{needed.pods} pods", f"{max(free.pods, 0)}"),
        )
        if is_short
    ]
    return "; ".join(missing) or None


def _cores(cpu_m: int) -> str:
    return f"{max(cpu_m, 0) / 1000:.2f} cores"


def _mebibytes(size: int) -> str:
    return f"{max(size, 0) // MEBIBYTE} MiB"
