"""Links that are slow, lossy, reset or cut."""

import subprocess
import time
from contextlib import ExitStack
from functools import partial

from tests.faults.fault import Fault, Need
from tests.faults.namespace import packets
from tests.faults.system import System

FAMILY = "network"
NAMESPACE = frozenset({Need.NAMESPACE})
CUT_S = 5.0
LONG_CUT_S = 20.0
DELAY_S = 0.5
LOSS = "0.1"
BUFFERED = "devices keep what is not acknowledged and send it again"


def devices_cut(system: System) -> None:
    system.devices_link.cut()
    time.sleep(CUT_S)
    system.devices_link.mend()


def devices_slow(system: System) -> None:
    system.devices_link.delay_s = DELAY_S
    time.sleep(CUT_S)
    system.devices_link.delay_s = 0.0


def devices_reset(system: System) -> None:
    for _ in range(5):
        system.devices_link.reset()
        time.sleep(0.7)


def partition(name: str, seconds: float, system: System) -> None:
    """No packet from or to that part arrives, and nobody is told."""
    port = str(system.port_of(name))
    with packets("-p", "tcp", "--dport", port, "-j", "DROP"), packets("-p", "tcp", "--sport", port, "-j", "DROP"):
        time.sleep(seconds)


def refused(name: str, system: System) -> None:
    """Every packet to that part is answered with a reset."""
    port = str(system.port_of(name))
    with packets("-p", "tcp", "--dport", port, "-j", "REJECT", "--reject-with", "tcp-reset"):
        time.sleep(CUT_S)


def loss(system: System) -> None:
    with packets("-p", "tcp", "-m", "statistic", "--mode", "random", "--probability", LOSS, "-j", "DROP"):
        time.sleep(2 * CUT_S)


def all_down(system: System) -> None:
    subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
    time.sleep(CUT_S)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def flapping(system: System) -> None:
    """The link to the MQTT broker and the one to the event broker go and come, not together."""
    ports = [str(system.port_of(name)) for name in ("mosquitto", "broker")]
    for port in ports * 3:
        with ExitStack() as stack:
            stack.enter_context(packets("-p", "tcp", "--dport", port, "-j", "DROP"))
            time.sleep(0.8)


CUT = ("mosquitto", "broker", "ingest-reading", "choose-node", "relabel", "kubernetes")
FAULTS = (
    Fault("devices cut off, 5 s", FAMILY, BUFFERED, devices_cut),
    Fault("devices' link slow, 0.5 s each way, 5 s", FAMILY, BUFFERED, devices_slow),
    Fault("devices' connections reset, 5 times", FAMILY, f"{BUFFERED}: duplicates are stored once", devices_reset),
    *(
        Fault(
            f"{name} out of reach, 5 s",
            FAMILY,
            "TCP, or a retry, brings it later",
            partial(partition, name, CUT_S),
            NAMESPACE,
        )
        for name in CUT
    ),
    *(
        Fault(
            f"{name} out of reach, 20 s",
            FAMILY,
            "the connection is given up and made again",
            partial(partition, name, LONG_CUT_S),
            NAMESPACE,
            alone=True,
        )
        for name in ("mosquitto", "broker")
    ),
    *(
        Fault(
            f"connections to {name} reset, 5 s", FAMILY, "retried until it answers", partial(refused, name), NAMESPACE
        )
        for name in CUT
    ),
    Fault("a tenth of all packets lost, 10 s", FAMILY, "TCP sends them again: slower", loss, NAMESPACE),
    Fault("every link down, 5 s", FAMILY, "all wait, all go on", all_down, NAMESPACE),
    Fault("links to both brokers flap", FAMILY, "all wait, all go on", flapping, NAMESPACE),
)
