"""What is looked at every ten seconds while the soak runs."""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.load.database import readable
from tests.load.machine import memory_mib
from tests.load.processes import processes_of
from tests.load.soak_parts.devices import Devices
from tests.load.soak_parts.timeline import Timeline

TABLES = ("reading", "rollup", "late_minute", "decision", "dead_letter", "outbox")


@dataclass(frozen=True, slots=True)
class Sample:
    """`lag_s`: how far each park's row is behind its device, real seconds; `unacknowledged`: by mosquitto."""

    elapsed_s: float
    memory_mib: dict[str, float]
    files: dict[str, int]
    database_mib: float
    log_mib: float
    rows: dict[str, int]
    lag_s: dict[str, float]
    sent: int
    unacknowledged: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def take(root: int, home: Path, devices: Devices, timeline: Timeline) -> Sample:
    """All of it, now."""
    database = home / "ahorrater.db"
    processes = processes_of(root)
    with readable(database) as connection:
        rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
        seen = connection.execute("SELECT node, seen_at FROM park_state WHERE seen_at IS NOT NULL").fetchall()
    now = time.time()
    return Sample(
        elapsed_s=round(now - timeline.began_s, 1),
        memory_mib={name: round(memory_mib(pid), 1) for name, pid in processes.items()},
        files={name: files_of(pid) for name, pid in processes.items()},
        database_mib=round(size_mib(database), 2),
        log_mib=round(size_mib(Path(f"{database}-wal")), 2),
        rows=rows,
        lag_s={node: round(timeline.lag_s(moment(at), now), 3) for node, at in seen},
        sent=sum(device.sent for device in devices.devices),
        unacknowledged=sum(device.waiting for device in devices.devices),
    )


def moment(text: str) -> datetime:
    """As SQLite keeps it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def size_mib(path: Path) -> float:
    return path.stat().st_size / 2**20 if path.exists() else 0.0


def files_of(pid: int) -> int:
    """How many files a process has open; 0 for one that has ended."""
    try:
        return sum(1 for _ in (Path("/proc") / str(pid) / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return 0
