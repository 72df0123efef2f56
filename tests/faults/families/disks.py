"""Disks that are slow or became read-only, and a database brought back from a backup."""

import sqlite3
import time
from contextlib import closing
from functools import partial

from tests.e2e.process_tree import descendants
from tests.faults.fault import Fault, Need
from tests.faults.system import System
from tests.faults.system_calls import SYNCS, WRITES, changed, users_of

FAMILY = "disks"
WAITS = "mqtt-source and the broker wait with what they have; readings queue in mosquitto"
SLOWER = "fewer, larger batches; nothing is refused"
FAULT_S = 8.0
SLOW = {SYNCS: "delay_enter=400000", WRITES: "delay_enter=5000"}
"""A memory card on a bad day: 0.4 s for what must be on the disk, 5 ms for each write."""
STUCK = {SYNCS: "delay_enter=6000000"}
READ_ONLY = {SYNCS: "error=EROFS", WRITES: "error=EROFS"}
"""What a file system answers that found itself broken (ext4's errors=remount-ro)."""


def database_disk(changes: dict[str, str], system: System) -> None:
    with changed(users_of(system.disk), changes):
        time.sleep(FAULT_S)


def mosquitto_disk(changes: dict[str, str], system: System) -> None:
    tree = descendants(system.run.process.pid)
    with changed([pid for pid, command in tree.items() if "mosquitto.conf" in command], changes):
        time.sleep(FAULT_S)


def restored_from_backup(system: System) -> None:
    """All that was decided and stored since the backup has never been."""
    live, backup = system.disk / "ahorrater.db", system.disk / "backup.db"
    _copy(live, backup)
    time.sleep(FAULT_S)
    _copy(backup, live)
    backup.unlink()


def _copy(source: object, target: object) -> None:
    with (
        closing(sqlite3.connect(str(source), timeout=10)) as one,
        closing(sqlite3.connect(str(target), timeout=10)) as other,
    ):
        one.backup(other)


SQLITE = frozenset({Need.SQLITE, Need.STRACE})
POSTGRESQL = frozenset({Need.POSTGRESQL, Need.STRACE})
FAULTS = (
    Fault("SQLite's disk slow, 0.4 s a sync, 8 s", FAMILY, SLOWER, partial(database_disk, SLOW), SQLITE),
    Fault("SQLite's disk stuck, 6 s a sync, 8 s", FAMILY, WAITS, partial(database_disk, STUCK), SQLITE),
    Fault("SQLite's disk read-only, 8 s", FAMILY, WAITS, partial(database_disk, READ_ONLY), SQLITE),
    Fault("PostgreSQL's disk slow, 0.4 s a sync, 8 s", FAMILY, SLOWER, partial(database_disk, SLOW), POSTGRESQL),
    Fault("PostgreSQL's disk stuck, 6 s a sync, 8 s", FAMILY, WAITS, partial(database_disk, STUCK), POSTGRESQL),
    Fault(
        "mosquitto's disk stuck, 6 s a sync, 8 s",
        FAMILY,
        "devices wait until it has saved",
        partial(mosquitto_disk, STUCK),
        frozenset({Need.STRACE}),
    ),
    Fault(
        "SQLite brought back from a backup 8 s old",
        FAMILY,
        "epochs go on above all that relabel has seen; what was stored since the backup is gone",
        restored_from_backup,
        frozenset({Need.SQLITE}),
        may_lose="what was stored since the backup",
        alone=True,
    ),
)
