"""The Kubernetes API slow, refusing, forgetful. The list of nodes is spared: the watcher needs it to see the label."""

import time
from functools import partial

from tests.e2e.made_up import until
from tests.faults.fault import Fault
from tests.faults.system import System

FAMILY = "Kubernetes API"
FAULT_S = 5.0
ALL_BUT_THE_NODES = r"^/(?!api/v1/nodes$|simulation)"
MANY = 100_000
EXPECTED = "relabel answers 503 and hears the decision again; the label stays where it is meanwhile"


def refuse(status: int, system: System, seconds: float = FAULT_S) -> None:
    _for_a_while(system, {"path": ALL_BUT_THE_NODES, "status": status, "times": MANY}, seconds)


def slow(system: System) -> None:
    _for_a_while(system, {"path": ALL_BUT_THE_NODES, "delay_s": 1.0, "times": MANY})


def conflicts(system: System) -> None:
    """Some writes come too late, again and again."""
    for _ in range(5):
        system.kubernetes("faults", {"verb": "PATCH", "path": "", "status": 409, "times": 2})
        system.kubernetes("faults", {"verb": "PUT", "path": "configmaps", "status": 409, "times": 2})
        time.sleep(1)


def forget(system: System) -> None:
    system.kubernetes("history/forget", {})
    system.kubernetes("watches/close", {})


def node_silent(system: System) -> None:
    """The kubelet of a node is not heard for a while."""
    node = system.random.choice(until(system.watcher.sunny_if_it_answers))
    system.kubernetes(f"nodes/{node}", {"ready": False})
    time.sleep(FAULT_S)
    system.kubernetes(f"nodes/{node}", {"ready": True})


def _for_a_while(system: System, fault: dict[str, object], seconds: float = FAULT_S) -> None:
    system.kubernetes("faults", fault)
    time.sleep(seconds)
    system.kubernetes("faults", {}, method="DELETE")


FAULTS = (
    *(
        Fault(f"Kubernetes answers {status}, 5 s", FAMILY, EXPECTED, partial(refuse, status))
        for status in (403, 404, 409, 410, 429, 500, 503)
    ),
    Fault(
        "Kubernetes answers 500, 40 s",
        FAMILY,
        "longer than the broker insists: choose-node tells again what relabel has not confirmed",
        partial(refuse, 500, seconds=40.0),
        alone=True,
    ),
    Fault("Kubernetes slow, 1 s an answer, 5 s", FAMILY, "moves take longer", slow),
    Fault("Kubernetes: writes conflict now and then", FAMILY, "read again, written again", conflicts),
    Fault("Kubernetes: watches closed, history forgotten", FAMILY, "nobody needs either", forget),
    Fault(
        "the sunny node is not Ready, 5 s", FAMILY, "shorter than relabel's patience: nothing moves for it", node_silent
    ),
)
