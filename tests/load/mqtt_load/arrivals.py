"""When the rows of readings become visible in the database to somebody else."""

import threading
import time
from array import array
from pathlib import Path

from tests.load.database import readable
from tests.load.mqtt_load.devices import node
from tests.load.mqtt_load.schedule import Schedule

LOOK_EVERY_S = 0.01
"""What a latency may be overestimated by."""
_NEW = "SELECT seq FROM reading WHERE node = ? AND boot = ? AND seq > ? ORDER BY seq"


class Arrivals(threading.Thread):
    """Looks for new rows of one boot until all are there or `give_up` is called.

    `latencies_s` has, for each row, the time from the moment at which its reading was due.
    """

    def __init__(self, database: Path, boot: int, begin: float, schedule: Schedule) -> None:
        super().__init__(daemon=True)
        self._database, self._boot, self._begin, self._schedule = database, boot, begin, schedule
        self._given_up = threading.Event()
        self.latencies_s = array("d")
        self.last_at = begin

    @property
    def stored(self) -> int:
        """How many rows are visible."""
        return len(self.latencies_s)

    @property
    def complete(self) -> bool:
        return self.stored >= self._schedule.readings

    def run(self) -> None:
        """Each device's rows come in the order of their seq."""
        seen = [-1] * self._schedule.devices
        with readable(self._database) as connection:
            while not (self.complete or self._given_up.wait(LOOK_EVERY_S)):
                for device, last in enumerate(seen):
                    rows = connection.execute(_NEW, (node(device), self._boot, last)).fetchall()
                    if rows:
                        self._note(device, [seq for (seq,) in rows])
                        seen[device] = rows[-1][0]

    def _note(self, device: int, seqs: list[int]) -> None:
        self.last_at = time.monotonic()
        elapsed_s = self.last_at - self._begin
        self.latencies_s.extend(elapsed_s - self._schedule.due_s(device, seq) for seq in seqs)

    def give_up(self) -> None:
        """Whoever is missing now is missing."""
        self._given_up.set()
        self.join()


def rows_of(database: Path, boot: int) -> int:
    """How many readings of this boot are stored."""
    with readable(database) as connection:
        ((rows,),) = connection.execute("SELECT count(*) FROM reading WHERE boot = ?", (boot,))
    return int(rows)
