"""Readings on disk until the broker has acknowledged them: they survive a restart, a power cut, a week offline."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ahorrater_device.clock import Moment
from ahorrater_device.sampler import Measurement

MAX_READINGS = 5_000_000
"""Four months at 2 s, some 500 MB. Beyond it the oldest go, and are counted."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
    id INTEGER PRIMARY KEY, boot INTEGER NOT NULL, seq INTEGER NOT NULL,
    machine_start TEXT NOT NULL, uptime_s REAL NOT NULL, utc TEXT,
    voltage_v REAL NOT NULL, current_a REAL NOT NULL, power_w REAL NOT NULL, overflow INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value REAL NOT NULL);
"""
_COUNT = """
INSERT INTO memory VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading; (boot, seq) is its identity."""

    boot: int
    seq: int
    measured: Moment
    measurement: Measurement


class Buffer:
    """The queue. Each push is on disk when it returns (SQLite, write-ahead log)."""

    def __init__(self, file: Path, max_readings: int = MAX_READINGS) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SCHEMA)
        self._max_readings = max_readings
        self._size: int = self._database.execute("SELECT count(*) FROM reading").fetchone()[0]
        self.dropped = 0

    def __len__(self) -> int:
        return self._size

    def next_boot(self) -> int:
        """A number that was never used before."""
        return int(self._database.execute(_COUNT, ("boot",)).fetchone()[0])

    def keep_interval(self, interval_s: float) -> None:
        """Remembers, for the next start, the interval that people asked for."""
        self._database.execute("INSERT OR REPLACE INTO memory VALUES ('interval_s', ?)", (interval_s,))

    def kept_interval_s(self) -> float | None:
        """The interval that people asked for; None if nobody did."""
        row = self._database.execute("SELECT value FROM memory WHERE name = 'interval_s'").fetchone()
        return float(row[0]) if row else None

    def push(self, reading: Reading) -> None:
        """Adds one; at the limit the oldest goes."""
        moment, measurement = reading.measured, reading.measurement
        row = (
            *(reading.boot, reading.seq, moment.machine_start, moment.uptime_s),
            moment.utc.isoformat() if moment.utc else None,
            *(measurement.voltage_v, measurement.current_a, measurement.power_w, measurement.overflow),
        )
        self._database.execute("INSERT INTO reading VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._size += 1
        if self._size > self._max_readings:
            self._database.execute("DELETE FROM reading WHERE id = (SELECT min(id) FROM reading)")
            self._size -= 1
            self.dropped += 1

    def after(self, row: int, limit: int) -> list[tuple[int, Reading]]:
        """The oldest readings behind that row, each with its own row; 0 is before all."""
        rows = self._database.execute("SELECT * FROM reading WHERE id > ? ORDER BY id LIMIT ?", (row, limit))
        return [(entry[0], _reading(entry[1:])) for entry in rows]

    def forget(self, row: int) -> None:
        """The broker has acknowledged it."""
        self._size -= self._database.execute("DELETE FROM reading WHERE id = ?", (row,)).rowcount

    def close(self) -> None:
        """Nothing is lost by not calling it."""
        self._database.close()


def _reading(row: tuple[int, int, str, float, str | None, float, float, float, int]) -> Reading:
    boot, seq, machine_start, uptime_s, utc, voltage_v, current_a, power_w, overflow = row
    moment = Moment(machine_start, uptime_s, datetime.fromisoformat(utc) if utc else None)
    return Reading(boot, seq, moment, Measurement(voltage_v, current_a, power_w, bool(overflow)))
