"""When the system is at rest again, and whether the invariants hold."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.database import Rows
from tests.faults.parks import NODES, Identity
from tests.faults.system import System

REST_S = 150.0
ARRIVAL_S = 10.0
LOOK_EVERY_S = 0.25
HOLD_READINGS = ("es.ahorrater.reading.received.v1", "es.ahorrater.reading.rejected.v1")
"""What a dead letter that holds a reading is: no reading may be there unless it deserves it."""


class Restless(Exception):  # noqa: N818 -- it says what was seen
    """The system did not come to rest in time; the text says what was still wrong."""


@dataclass(frozen=True)
class Before:
    """What the counters said before a fault."""

    looks: int
    dark: int
    last_letter: int

    @staticmethod
    def of(system: System) -> "Before":
        (last,) = system.rows.select("SELECT coalesce(max(id), 0) FROM dead_letter")[0]
        return Before(system.watcher.looks, system.watcher.dark, last)


def come_to_rest(system: System, *, may_lose: bool, deadline_s: float = REST_S) -> float:
    """Makes the sun stay with a node that is not sunny now, and waits until the system has followed it and has nothing
    left to do; where a reading may be lost, not for the readings. Returns how long that took, in seconds. Raises
    Restless.
    """
    begun = time.monotonic()
    system.parks.strong = system.random.choice(sorted(set(NODES) - set(system.watcher.sunny_if_it_answers())))
    try:
        while still := _unrest(system, may_lose=may_lose):
            if time.monotonic() - begun > deadline_s:
                raise Restless(f"not at rest after {deadline_s:g} s: {still}")
            time.sleep(LOOK_EVERY_S)
    finally:
        system.parks.strong = None
    return time.monotonic() - begun


def broken_invariants(system: System, before: Before, refused: int) -> list[str]:
    """Those that do not hold, in words; lost readings are counted apart."""
    dark = system.watcher.dark - before.dark
    return [
        *([f"{dark} looks found no sunny node"] if dark else []),
        *(f"the fence's epoch fell from {fall}" for fall in system.watcher.epochs_that_fell),
        *inconsistent_decisions(system.rows),
        *_undeserved(system, before, refused),
    ]


def lost_readings(system: System) -> set[Identity]:
    """What somebody took from us and is not stored, nor will be: the last ones have a moment to arrive."""
    ledger, deadline = system.ledger(), time.monotonic() + ARRIVAL_S
    while (lost := ledger - system.stored()) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
    return lost


def letters_since(system: System, before: Before) -> Counter[str]:
    """The new dead letters, by type."""
    rows = system.rows.select(f"SELECT event_type FROM dead_letter WHERE id > {before.last_letter}")
    return Counter(str(kind) for (kind,) in rows)


def _unrest(system: System, *, may_lose: bool) -> str:
    """What is still to come; nothing, if all is at rest."""
    ledger = system.ledger()
    try:
        if (sunny := system.watcher.sunny()) != [system.parks.strong]:
            return f"the sun is at {system.parks.strong}, the label at {sunny}"
        if unwell := system.unwell():
            return f"not well: {', '.join(unwell)}"
        if not may_lose and (lost := ledger - system.stored()):
            return f"{len(lost)} acknowledged readings are not stored"
    except (OSError, ValueError) as error:
        return f"no answer: {error}"
    return f"waiting for the MQTT broker: {stuck}" if (stuck := system.parks.stuck()) else ""


def inconsistent_decisions(database: Rows) -> list[str]:
    """Epochs only grow, and each move begins where the one before has ended."""
    rows = database.select("SELECT epoch, previous, chosen, moved FROM decision ORDER BY id")
    moves = [row for row in rows if row[3]]
    return [
        *_not_growing("the ledger", [row[0] for row in rows], strictly=False),
        *_not_growing("the moves", [row[0] for row in moves], strictly=True),
        *(
            f"epoch {late[0]} leaves {late[1]}, not {early[2]}"
            for early, late in pairwise(moves)
            if late[1] != early[2]
        ),
    ]


def _not_growing(what: str, epochs: Sequence[int], *, strictly: bool) -> list[str]:
    falls = [(one, other) for one, other in pairwise(epochs) if other < one + strictly]
    return [f"in {what}, epoch {other} follows {one}" for one, other in falls]


def _undeserved(system: System, before: Before, refused: int) -> list[str]:
    held = "', '".join(HOLD_READINGS)
    rows = system.rows.select(
        f"SELECT DISTINCT data FROM dead_letter WHERE id > {before.last_letter} AND event_type IN ('{held}')"
    )
    return [f"{len(rows)} readings among the dead letters, not {refused}"] if len(rows) != refused else []
