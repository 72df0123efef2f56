"""Two clocks: one that never goes back, and one that may not know the time yet."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd once it has set the clock; a Raspberry Pi has none that runs on without power."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was measured: seconds since that start of the machine, and UTC where it was known."""

    machine_start: str
    uptime_s: float
    utc: datetime | None


class Clock:
    """The machine's. `trusted` says that its time is right without anybody's word (another NTP client, a test)."""

    def __init__(self, *, trusted: bool = False) -> None:
        self._trusted = trusted
        self._machine_start = BOOT_ID.read_text().strip()

    def now(self) -> Moment:
        """This moment."""
        utc = datetime.now(UTC) if self._trusted or SYNCHRONIZED.exists() else None
        return Moment(self._machine_start, time.clock_gettime(time.CLOCK_BOOTTIME), utc)


def utc_of(measured: Moment, now: Moment) -> datetime | None:
    """UTC of something measured; worked out by what has passed since, where it was not known then."""
    if measured.utc is not None or now.utc is None or measured.machine_start != now.machine_start:
        return measured.utc
    return now.utc - timedelta(seconds=now.uptime_s - measured.uptime_s)
