"""The MQTT broker restarted or killed, with a queue or without."""

import time

from tests.faults.fault import Fault
from tests.faults.system import System

FAMILY = "MQTT broker"
MQTT = "mosquitto"
QUEUES_S = 3.0


def restart(system: System) -> None:
    system.processes.terminate(MQTT)


def restart_with_queue(system: System) -> None:
    """mqtt-source stands still meanwhile, so that readings pile up; it is killed so that it cannot have any of them."""
    system.processes.freeze("mqtt-source", QUEUES_S)
    system.processes.kill("mqtt-source")
    system.processes.terminate(MQTT)


def kill(system: System) -> None:
    system.processes.kill(MQTT)


def kill_both_with_queue(system: System) -> None:
    """The only two that have a reading die together."""

    def late() -> None:
        time.sleep(QUEUES_S)
        system.processes.kill("mqtt-source")
        system.processes.kill(MQTT)

    system.processes.freeze("mqtt-source", QUEUES_S, meanwhile=late)


def kill_while_undelivered(system: System) -> None:
    """mqtt-source has received what it cannot hand on, and so has not acknowledged it."""

    def late() -> None:
        time.sleep(QUEUES_S)
        system.processes.kill(MQTT)

    system.processes.freeze("broker", QUEUES_S + 1, meanwhile=late)


FAULTS = (
    Fault(f"{MQTT} restarts", FAMILY, "devices and mqtt-source connect again", restart),
    Fault(f"{MQTT} restarts with a queue", FAMILY, "the queue is on disk: all of it is delivered", restart_with_queue),
    Fault(
        f"kill -9 {MQTT}",
        FAMILY,
        "mqtt-source has what was acknowledged and keeps it, though the broker no longer knows",
        kill,
        may_lose="what mosquitto acknowledged in the instant of its death",
    ),
    Fault(
        f"kill -9 {MQTT} while the event broker stands still",
        FAMILY,
        "mqtt-source keeps what it holds, though nobody sends it again",
        kill_while_undelivered,
        may_lose="what mosquitto acknowledged in the instant of its death",
    ),
    Fault(
        f"kill -9 {MQTT} with a queue, and mqtt-source with it",
        FAMILY,
        "mosquitto saves every five seconds: what came since, and was not delivered, is gone",
        kill_both_with_queue,
        may_lose="what mosquitto queued since its last save, five seconds' readings or so",
    ),
)
