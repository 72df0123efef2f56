"""Events that no part of the system has sent: within a cluster whoever reaches the broker can post any."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.faults.families.events import decision, new_identity, outcome, post
from tests.faults.fault import Fault
from tests.faults.parks import NODES
from tests.faults.system import System

FAMILY = "forged events"
HIGHEST_EPOCH = 2**53 - 1
AHEAD = 5
FAR_AHEAD = 2**30
BELIEVED = "the label may go there once; choose-node numbers its choice anew, above the forged one, and tells it again"


def _epoch(system: System) -> int:
    (newest,) = system.rows.select("SELECT coalesce(max(epoch), 0) FROM decision")[0]
    return int(newest)


def chosen(epoch: int, system: System) -> None:
    """A choice that choose-node never made."""
    forged = decision(system.random.choice(NODES), epoch, datetime.now(UTC))
    post(system, "node.chosen", forged, new_identity(system))


def chosen_ahead(system: System) -> None:
    chosen(_epoch(system) + AHEAD, system)


def chosen_again_and_again(system: System) -> None:
    """Whoever forges reads along, and is ahead each time."""
    for _ in range(5):
        chosen_ahead(system)


def outdated(newest: int | None, system: System) -> None:
    """relabel is said to know of that choice, of one far ahead where `newest` is None, while ours stands."""
    epoch = _epoch(system)
    word = {"epoch": epoch, "newest": epoch + FAR_AHEAD if newest is None else newest}
    post(system, "choice.outdated", word, new_identity(system))


def moved(kind: str, more: dict[str, Any], system: System) -> None:
    """News of a move that nobody made."""
    post(system, kind, outcome(HIGHEST_EPOCH, **more), new_identity(system))


def offline(system: System) -> None:
    for node in NODES:
        word = {"node": node, "status": "offline", "boot": 2**31 - 1, "at": datetime.now(UTC).isoformat()}
        post(system, "park.status", word, new_identity(system))


def strong_sun(system: System) -> None:
    """Readings of a park in the words of a device that it has not."""
    for node in NODES:
        reading = {"node": node, "boot": 2**31 - 1, "seq": system.random.randrange(2**53), "voltage_v": 26.0}
        reading |= {"current_a": 3.2, "measured_at": datetime.now(UTC).isoformat()}
        post(system, "reading.received", {"readings": [reading]}, new_identity(system))


FAULTS = (
    Fault(
        "a forged choice, epoch 2^53 - 1",
        FAMILY,
        "no epoch of ours leaps so far: not followed",
        partial(chosen, HIGHEST_EPOCH),
    ),
    Fault(f"a forged choice, {AHEAD} epochs ahead", FAMILY, BELIEVED, chosen_ahead),
    Fault("forged choices, five one after another", FAMILY, BELIEVED, chosen_again_and_again),
    Fault("forged: our choice is outdated, by epoch 0", FAMILY, "no epoch falls", partial(outdated, 0)),
    Fault(
        "forged: our choice is outdated, by epoch 2^53 - 1 - 2^28",
        FAMILY,
        "no such epoch can be true: our choice stands",
        partial(outdated, HIGHEST_EPOCH - 2**28),
    ),
    Fault(
        "forged: our choice is outdated, by 2^30 epochs",
        FAMILY,
        "the same choice goes on above that, and relabel follows",
        partial(outdated, None),
    ),
    Fault(
        "forged: a move is done, epoch 2^53 - 1",
        FAMILY,
        "no choice is taken for confirmed by it",
        partial(moved, "node.relabelled", {"mode": "apply", "pods_moved": 0}),
    ),
    Fault(
        "forged: a move failed, epoch 2^53 - 1",
        FAMILY,
        "no news of the present epoch",
        partial(moved, "move.failed", {"reason": "no-room", "sentence": "Nobody said so.", "undone": True}),
    ),
    Fault("forged: every park is offline", FAMILY, "until its device says otherwise; readings go on counting", offline),
    Fault("forged: full sun everywhere", FAMILY, "until the next true readings", strong_sun),
)
