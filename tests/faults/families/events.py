"""Events that come twice, in another order, or an hour late: posted straight to the event broker."""

import json
import time
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

from tests.faults.fault import Fault
from tests.faults.parks import NODES
from tests.faults.system import System

FAMILY = "events"
READINGS = 20
HOUR = timedelta(hours=1)
OLD_EPOCH = 1
RETRY_S = 60.0


def post(system: System, kind: str, data: Mapping[str, Any], identity: str) -> None:
    """One event, again until the broker has taken it."""
    url = f"{system.run.addresses['broker']}/ahorrater/default"
    headers = {
        "Content-Type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": identity,
        "ce-source": "/faults",
        "ce-type": f"es.ahorrater.{kind}.v1",
    }
    deadline = time.monotonic() + RETRY_S
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, json.dumps(data).encode(), headers), timeout=RETRY_S)
        except (HTTPError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


def readings(system: System, measured_at: datetime) -> list[dict[str, Any]]:
    """Some of a device that nobody has heard of before."""
    node, boot = system.random.choice(NODES), system.random.randrange(1, 2**30)
    return [
        {
            "node": node,
            "boot": boot,
            "seq": seq,
            "measured_at": (measured_at - timedelta(seconds=READINGS - seq)).isoformat(),
            "voltage_v": 20.0,
            "current_a": 1.0,
        }
        for seq in range(READINGS)
    ]


def _received(system: System, batch: Sequence[dict[str, Any]], identity: str) -> None:
    post(system, "reading.received", {"readings": list(batch)}, identity)
    system.posted.update((reading["node"], reading["boot"], reading["seq"]) for reading in batch)


def duplicated(system: System) -> None:
    """The same event three times, and the same readings in events of another cut."""
    batch, identity = readings(system, datetime.now(UTC)), new_identity(system)
    for _ in range(3):
        _received(system, batch, identity)
    for start in range(0, READINGS, 7):
        _received(system, batch[start : start + 7], new_identity(system))


def reordered(system: System) -> None:
    for reading in reversed(readings(system, datetime.now(UTC))):
        _received(system, [reading], new_identity(system))


def delayed(system: System) -> None:
    _received(system, readings(system, datetime.now(UTC) - HOUR), new_identity(system))


def old_decision(system: System) -> None:
    """A decision of an hour ago, whose epoch has long passed, for each node."""
    for node in NODES:
        post(system, "node.chosen", decision(node, OLD_EPOCH, datetime.now(UTC) - HOUR), new_identity(system))


def old_outcomes(system: System) -> None:
    """What became of a move of an hour ago."""
    failed = outcome(OLD_EPOCH, reason="pods-pending", sentence="It was long ago.", undone=True)
    post(system, "move.failed", failed, new_identity(system))
    post(system, "node.relabelled", outcome(OLD_EPOCH, mode="apply", pods_moved=0), new_identity(system))


def ticks(system: System) -> None:
    for _ in range(20):
        post(system, "clock.tick", {}, new_identity(system))


def outcome(epoch: int, **more: object) -> dict[str, Any]:
    """The data of a `node.relabelled` or a `move.failed`; `more` is what the other has not."""
    moved = {"epoch": epoch, "node": NODES[0], "previous": None, "labels_before": {}, "labels_after": {}}
    return {**moved, "workloads": [], "duration_s": 1.0, **more}


def decision(node: str, epoch: int, decided_at: datetime) -> dict[str, Any]:
    """The data of a `node.chosen`."""
    return {
        "epoch": epoch,
        "decided_at": decided_at.isoformat(),
        "policy": "hysteresis",
        "chosen": node,
        "previous": None,
        "reason": "first-choice",
        "sentence": "Nobody knows why.",
        "parks": [],
        "pending": None,
    }


def new_identity(system: System) -> str:
    """An event id of its own."""
    return f"fault-{system.random.getrandbits(64):x}"


FAULTS = (
    Fault("readings duplicated", FAMILY, "each is stored once", duplicated),
    Fault("readings in reverse order", FAMILY, "each is stored once", reordered),
    Fault("readings an hour late", FAMILY, "stored; never taken for the present", delayed),
    Fault("decisions an hour late", FAMILY, "fenced off by their epoch", old_decision),
    Fault("news of moves an hour late", FAMILY, "no news of the present epoch", old_outcomes),
    Fault("20 ticks at once", FAMILY, "as one", ticks),
)
