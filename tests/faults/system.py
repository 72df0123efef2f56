"""The system under test: `make up` without its simulated parks, our own parks before it, and all that looks on."""

import json
import random
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.made_up import Run, is_well, make_up, until
from tests.faults.database import PostgresqlDatabase, Rows, SqliteFile, linked
from tests.faults.fault import Need
from tests.faults.namespace import is_inside, prepare, small_disk
from tests.faults.parks import Device, Identity, Parks
from tests.faults.processes import Processes
from tests.faults.watcher import Watcher
from tests.integration.link import Link
from tests.integration.postgresql_server import postgresql_server

DISK_MIB = 192
"""Room for a PostgreSQL with its write-ahead log, and little more."""
QUICK = {
    "POLICY": "hysteresis",
    "POLICY_HOLD_S": "1",
    "POLICY_FAILING_HOLD_S": "0.5",
    "POLICY_MINIMUM_STAY_S": "1",
    "POLICY_BARRED_S": "2",
    "POLICY_REPEAT_AFTER_S": "5",
    "SMOOTHING_S": "0.2",
    "MQTT_RECONNECT_LONGEST_S": "2",
    "SINK_RETRY_LONGEST_S": "2",
}
"""A sun that goes round in twelve seconds wants shorter delays than the real one."""


@dataclass
class System:
    """All that faults strike and checks ask."""

    run: Run
    rows: Rows
    disk: Path
    """Where the database is; a small disk of its own inside a namespace."""
    parks: Parks
    devices_link: Link
    watcher: Watcher
    random: random.Random
    posted: set[Identity]
    """Readings in events that a fault posted to the event broker, and that it took."""

    def __post_init__(self) -> None:
        self.processes = Processes(self.run)
        self.strangers: list[Device] = []
        self._checked_below = 0

    @property
    def postgresql(self) -> PostgresqlDatabase:
        """The database, where it is PostgreSQL."""
        assert isinstance(self.rows, PostgresqlDatabase)
        return self.rows

    def ledger(self) -> set[Identity]:
        """Every reading that somebody took from us, and that must be stored."""
        strangers = (device.acknowledged() for device in self.strangers if device.is_believed)
        return self.parks.acknowledged().union(self.posted, *strangers)

    def stored(self) -> set[Identity]:
        """Every reading in the database, but for those that were checked."""
        unchecked = f"boot <> {self.parks.boot} OR seq >= {self._checked_below}"
        rows = self.rows.select(f"SELECT node, boot, seq FROM reading WHERE {unchecked}")
        return {(node, boot, seq) for node, boot, seq in rows}

    def forget_checked(self) -> None:
        """Begins a new page of the ledger, so that a look at it costs no more after hours."""
        devices = self.parks.devices.values()
        self._checked_below = min(device.oldest_waiting() for device in devices)
        for device in devices:
            device.forget(self._checked_below)
        self.posted.clear()
        while self.strangers:
            self.strangers.pop().close()

    def unwell(self) -> list[str]:
        """The processes that do not run or do not say that they are well."""
        functions = set(self.processes.names) - {"mosquitto", "kubernetes", "mqtt-source", "dashboard"}
        missing = self.processes.missing()
        return missing or [name for name in sorted(functions) if not is_well(self.run, name)]

    def port_of(self, name: str) -> int:
        """Where a part listens."""
        address = self.run.addresses["kubernetes API" if name == "kubernetes" else name]
        return int(address.removesuffix("/metrics").rpartition(":")[2])

    def kubernetes(self, path: str, body: Mapping[str, Any], method: str = "POST") -> None:
        """One order to the simulated cluster (infra/local/kubesim/README.md), until it gets there."""
        until(lambda: self._order(path, body, method))

    def _order(self, path: str, body: Mapping[str, Any], method: str) -> bool:
        url = f"{self.run.addresses['kubernetes API']}/simulation/{path}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
        try:
            urllib.request.urlopen(request, timeout=10)
        except OSError:
            return False
        return True


@contextmanager
def running(database: Need, seed: int) -> Iterator[System]:
    """A system on PostgreSQL or SQLite, with its parks and its watcher, until the context ends."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ahorrater-faults-")))
        disk = home / "disk"
        disk.mkdir()
        home.chmod(0o755)
        if is_inside():
            prepare()
            stack.enter_context(small_disk(disk, DISK_MIB))
        rows, url = _database(stack, database, disk)
        settings = {**QUICK, "SIMULATED_PARKS": "false", "DATABASE_URL": url}
        run = stack.enter_context(make_up(home / "home", **settings))
        yield from _watched(stack, run, rows, disk, seed)


def _database(stack: ExitStack, need: Need, disk: Path) -> tuple[Rows, str]:
    if need is Need.SQLITE:
        return SqliteFile(disk / "ahorrater.db"), f"sqlite:///{disk / 'ahorrater.db'}"
    server = stack.enter_context(postgresql_server(disk if is_inside() else None))
    database = stack.enter_context(linked(server))
    return database, database.url_by_link


def _watched(stack: ExitStack, run: Run, rows: Rows, disk: Path, seed: int) -> Iterator[System]:
    link = stack.enter_context(Link(int(run.addresses["mosquitto"].rpartition(":")[2])))
    parks = Parks(link.port, boot=int(time.time()))
    stack.callback(parks.stop)
    parks.start()
    watcher = Watcher(run.addresses["kubernetes API"])
    until(watcher.sunny_if_it_answers)
    stack.callback(watcher.stop)
    watcher.start()
    yield System(run, rows, disk, parks, link, watcher, random.Random(seed), set())
