"""All faults there are."""

from collections.abc import Iterable

from tests.faults.families import clocks, database, disks, events, forged, kubernetes_api, mosquitto, network, processes
from tests.faults.fault import Fault, Need

SINGLE: tuple[Fault, ...] = (
    *processes.SINGLE,
    *mosquitto.FAULTS,
    *database.FAULTS,
    *disks.FAULTS,
    *network.FAULTS,
    *clocks.FAULTS,
    *kubernetes_api.FAULTS,
    *events.FAULTS,
    *forged.FAULTS,
)
ALL = (*SINGLE, *processes.PAIRS)
FAMILIES = tuple(dict.fromkeys(fault.family for fault in ALL))

SHORT = (
    "kill -9 mqtt-source",
    "SIGSTOP ingest-reading, 4 s",
    "mosquitto restarts with a queue",
    "SQLite locked, 5 s",
    "Kubernetes answers 500, 5 s",
    "a device's clock an hour ahead",
    "decisions an hour late",
)
"""What `make test` has time for."""


def named(names: Iterable[str]) -> list[Fault]:
    """These faults. Raises KeyError for a name that there is not."""
    by_name = {fault.name: fault for fault in ALL}
    return [by_name[name] for name in names]


def of_families(families: Iterable[str]) -> list[Fault]:
    """All faults of these."""
    wanted = set(families)
    return [fault for fault in ALL if fault.family in wanted]


def possible(faults: Iterable[Fault], having: frozenset[Need]) -> list[Fault]:
    """Those that need nothing that is not there."""
    return [fault for fault in faults if fault.needs <= having]


def for_two(faults: Iterable[Fault]) -> list[Fault]:
    """Those that may strike together with another one: nothing that loses by itself, nothing that takes long."""
    return [fault for fault in faults if not fault.alone and not fault.may_lose]
