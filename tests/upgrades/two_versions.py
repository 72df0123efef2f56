"""A whole system on one broker and one database, whose functions can be of one version, of another, or of both."""

import json
import os
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from infra.local.addresses import Addresses
from infra.local.manifests.wiring import read_wiring
from infra.local.plan import Plan
from infra.local.processes.child import ProcessSpec
from infra.local.settings import RunnerSettings
from tests.faults.parks import Identity, Parks
from tests.faults.system import QUICK
from tests.faults.watcher import Watcher
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port, wait_for_port
from tests.upgrades.balancer import Balancer
from tests.upgrades.code import ROOT, Code, Instance, all_ready

HEARING = ("ingest-reading", "choose-node", "relabel", "notify", "dead-letter")
"""The functions that readings and decisions come to."""
ON_THE_WAY = HEARING[:3]
"""Those that have something to do at all times."""
ASKED = ("/rest/metrics/parks", "/rest/metrics/decisions", "/rest/metrics/accounting", "/rest/metrics/histories")


@dataclass
class TwoVersions:
    """`balancers`: before each function. The parks' sun goes round, so that there is always something to decide."""

    plan: Plan
    url: str
    parks: Parks
    watcher: Watcher
    balancers: Mapping[str, Balancer]
    stack: ExitStack
    _running: dict[str, list[Instance]] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a migration is run with."""
        return self.plan.migration().environment

    def let_the_sun_rise(self) -> None:
        """The parks publish from now on; once a node is sunny, it is looked whether there always is one."""
        for thread in (self.parks, self.watcher):
            thread.start()
            self.stack.callback(thread.stop)
            eventually(self.watcher.sunny_if_it_answers)

    def start(self, code: Code) -> None:
        """A version's functions, beside those that run; returns when they are ready."""
        specs = {spec.name: spec for spec in self.plan.functions()}
        logs = self.plan.settings.home
        started = [code.instance(specs[name], logs, "/healthz") for name in (*HEARING, "energy-query")]
        for instance in started:
            self.stack.enter_context(instance)
        all_ready(started)
        self._running[code.version] = started
        self._balance()

    def stop(self, code: Code) -> None:
        """As pods are stopped: no new requests, those under way are finished."""
        leaving = self._running.pop(code.version)
        self._balance()
        for instance in leaving:
            instance.terminate()

    @contextmanager
    def source(self, code: Code) -> Iterator[None]:
        """mqtt-source: one at a time, SIGTERM at the end."""
        (spec,) = self.plan.sources()
        with code.instance(spec, self.plan.settings.home, "/readyz", "METRICS_PORT") as source:
            all_ready([source])
            yield
            source.terminate()

    def go_on(self) -> None:
        """Until every instance on the readings' way has done something and the sun has moved."""
        done, moves = self._done(), self._moves()
        on_the_way = {one.address for found in self._running.values() for one in found[: len(ON_THE_WAY)]}
        eventually(lambda: on_the_way <= set(self._done() - done) and self._moves() > moves, deadline_s=40)

    def ask(self, code: Code) -> dict[str, Any]:
        """What that version's energy-query answers, by path."""
        address = self._running[code.version][-1].address
        return {path: _json(f"http://{address}{path}") for path in ASKED}

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]

    def refusals(self) -> dict[str, Counter[tuple[str, int]]]:
        """How often an instance took an event for wrong, by function."""
        refused = {
            name: Counter({key: times for key, times in list(one.answered.items()) if 400 <= key[1] < 500})
            for name, one in self.balancers.items()
        }
        return {name: counted for name, counted in refused.items() if counted}

    def stored(self) -> set[Identity]:
        """The readings in the database."""
        return {(node, boot, seq) for node, boot, seq in self.select("SELECT node, boot, seq FROM reading")}

    def _balance(self) -> None:
        for place, name in enumerate(HEARING):
            self.balancers[name].instances = tuple(found[place].address for found in self._running.values())

    def _done(self) -> Counter[str]:
        """How many events each instance has taken."""
        done: Counter[str] = Counter()
        for name in ON_THE_WAY:
            for (instance, status), times in list(self.balancers[name].answered.items()):
                done[instance] += times if status < 300 else 0
        return done

    def _moves(self) -> int:
        return int(self.select("SELECT count(*) FROM decision WHERE moved")[0][0])


@contextmanager
def two_versions(home: Path, url: str) -> Iterator[TwoVersions]:
    """Everything but the functions and mqtt-source, on a database that `url` names and somebody has migrated."""
    ports = {f"{name}_port": free_port() for name in ("mqtt", "broker", "functions", "kube", "metrics")}
    settings = RunnerSettings(ahorrater_home=home, simulated_parks=False, **ports)
    wiring = read_wiring(settings.wiring)
    plan = Plan(settings, wiring, Addresses.choose(settings, wiring), {**os.environ, **QUICK, "DATABASE_URL": url})
    with ExitStack() as stack:
        for spec in (*plan.foundations(), plan.broker()):
            stack.enter_context(_process(spec, home))
        for port in (plan.addresses.mqtt_port, plan.addresses.kube_port, plan.addresses.broker_port):
            wait_for_port(int(port or 0))
        balancers = {name: Balancer(plan.addresses.functions[name]) for name in HEARING}
        for balancer in balancers.values():
            stack.enter_context(balancer)
        parks, watcher = Parks(plan.addresses.mqtt_port, int(time.time())), Watcher(_kubernetes(plan))
        yield TwoVersions(plan, url, parks, watcher, balancers, stack)


def _kubernetes(plan: Plan) -> str:
    return f"http://127.0.0.1:{plan.addresses.kube_port}"


@contextmanager
def _process(spec: ProcessSpec, home: Path) -> Iterator[None]:
    with (home / f"{spec.name}.log").open("ab") as log:
        process = subprocess.Popen(spec.command, env=dict(spec.environment), cwd=ROOT, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait(10)


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)
