"""What pods ask for and nodes have, from the API's JSON."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from ahorrater.domain.room import Room, total

Json = Mapping[str, Any]
LARGEST = Decimal(2**63 - 1)
"""What the API server itself caps a quantity at."""


def room_of(resources: Mapping[str, str], pods: int = 0) -> Room:
    """The room that quantities as Kubernetes writes them (`250m`, `905040Ki`) make; whole units, rounded up."""
    cpu_m = quantity(resources.get("cpu", "0")) * 1000
    return Room(_whole(cpu_m), _whole(quantity(resources.get("memory", "0"))), pods)


def quantity(text: str) -> Decimal:
    """A quantity as Kubernetes writes it, within what the API server holds."""
    from kubernetes.utils import parse_quantity

    parse: Callable[[str], Decimal] = parse_quantity
    return max(-LARGEST, min(parse(text), LARGEST))


def requests_of(pod_spec: Json) -> Room:
    """What a pod asks for as the scheduler counts it: its containers together with the sidecars, or one init container
    with the sidecars before it, whichever is more; and its overhead.
    """
    running = total(_asked(container) for container in pod_spec.get("containers") or ())
    sidecars, starting = Room(), Room()
    for container in pod_spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            sidecars += _asked(container)
            starting = _larger(starting, sidecars)
        else:
            starting = _larger(starting, sidecars + _asked(container))
    return _larger(running + sidecars, starting) + room_of(pod_spec.get("overhead") or {}, pods=1)


def device_of(pod_spec: Json) -> str | None:
    """A device that a node has and others may not (`nvidia.com/gpu`), if the pod asks for one."""
    containers = [*(pod_spec.get("containers") or ()), *(pod_spec.get("initContainers") or ())]
    asked = [name for one in containers for kind in ("requests", "limits") for name in _resources(one, kind)]
    return next((name for name in asked if "/" in name), None)


def host_path_of(pod_spec: Json) -> str | None:
    """A folder of the node that the pod mounts, if it mounts one."""
    volumes = pod_spec.get("volumes") or ()
    return next((volume["hostPath"]["path"] for volume in volumes if volume.get("hostPath")), None)


def _asked(container: Json) -> Room:
    """A limit without a request is the request, too."""
    return room_of({**_resources(container, "limits"), **_resources(container, "requests")})


def _resources(container: Json, kind: str) -> Mapping[str, str]:
    return (container.get("resources") or {}).get(kind) or {}


def _larger(one: Room, other: Room) -> Room:
    return Room(max(one.cpu_m, other.cpu_m), max(one.memory_bytes, other.memory_bytes), max(one.pods, other.pods))


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
