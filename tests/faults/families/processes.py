"""kill -9 and SIGSTOP of every process, and of every two in every order."""

import itertools
import time
from functools import partial

from infra.local.manifests.objects import Service
from infra.local.manifests.wiring import read_wiring
from infra.local.settings import RunnerSettings
from tests.faults.fault import Fault
from tests.faults.system import System

FAMILY = "processes"
SERVICES = tuple(service.name for service in read_wiring(RunnerSettings().wiring).of(Service))
KILLED = ("mqtt-source", "broker", *SERVICES, "dashboard")
"""All but mosquitto, which has a family of its own, and the simulated Kubernetes API, which keeps nothing on disk: to
kill it is to build a new cluster, which is no fault of a real one.
"""
FROZEN = (*KILLED, "mosquitto", "kubernetes")
ON_THE_WAY = ("mqtt-source", "broker", "ingest-reading", "choose-node", "relabel", "dead-letter", "notify")
"""Those that a reading or a decision passes, for the pairs."""
FREEZE_S = 4.0
BETWEEN_S = 0.3
KILLED_EXPECTED = "it starts again; mosquitto or the broker's retries bring it what it missed"
FROZEN_EXPECTED = "requests wait or are retried; it goes on where it was"
LONG_EXPECTED = "longer than an attempt's 30 s: the broker tries again; what it gives up is told again"


def kill(name: str, system: System) -> None:
    system.processes.kill(name)


def freeze(name: str, system: System, seconds: float = FREEZE_S) -> None:
    system.processes.freeze(name, seconds)


def kill_both(first: str, second: str, system: System) -> None:
    system.processes.kill(first)
    time.sleep(BETWEEN_S)
    system.processes.kill(second)


def kill_while_frozen(frozen: str, killed: str, system: System) -> None:
    """The second dies while the first stands still."""
    system.processes.freeze(frozen, FREEZE_S, meanwhile=partial(system.processes.kill, killed))


SINGLE = (
    *(Fault(f"kill -9 {name}", FAMILY, KILLED_EXPECTED, partial(kill, name)) for name in KILLED),
    *(Fault(f"SIGSTOP {name}, 4 s", FAMILY, FROZEN_EXPECTED, partial(freeze, name)) for name in FROZEN),
    *(
        Fault(f"SIGSTOP {name}, 40 s", FAMILY, LONG_EXPECTED, partial(freeze, name, seconds=40.0), alone=True)
        for name in ("ingest-reading", "choose-node", "relabel", "kubernetes")
    ),
)
PAIRS = (
    *(
        Fault(f"kill -9 {one}, then {other}", "pairs: killed, killed", KILLED_EXPECTED, partial(kill_both, one, other))
        for one, other in itertools.permutations(ON_THE_WAY, 2)
    ),
    *(
        Fault(
            f"SIGSTOP {one}, 4 s, meanwhile kill -9 {other}",
            "pairs: frozen, killed",
            f"{FROZEN_EXPECTED}; the other one starts again",
            partial(kill_while_frozen, one, other),
        )
        for one, other in itertools.permutations(ON_THE_WAY, 2)
    ),
)
