"""The arithmetic of rolling updates and replica counts: pure, as `k8s.io/kubernetes/pkg/controller/deployment/util`."""

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

from infra.local.kubesim.objects import KubeObject, copied

_HASH_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_HASH_LENGTH = 10
TEMPLATE_HASH = "pod-template-hash"


def absolute(value: int | str | None, total: int, *, round_up: bool) -> int:
    """An `IntOrString` against a total: 3 stays 3, "25%" is a quarter, rounded as asked."""
    text = str(value or 0)
    if not text.endswith("%"):
        return int(text)
    share = int(text[:-1]) * total / 100
    return math.ceil(share) if round_up else math.floor(share)


@dataclass(frozen=True)
class Fence:
    """How far a rolling update may go: pods above and below the wanted number."""

    max_surge: int
    max_unavailable: int

    @classmethod
    def of(cls, deployment: KubeObject) -> "Fence":
        """The limits of a Deployment; both zero would never end, so then one may be unavailable."""
        strategy, replicas = deployment["spec"]["strategy"], deployment["spec"]["replicas"]
        if strategy["type"] != "RollingUpdate":
            return cls(0, 0)
        surge = absolute(strategy["rollingUpdate"]["maxSurge"], replicas, round_up=True)
        unavailable = absolute(strategy["rollingUpdate"]["maxUnavailable"], replicas, round_up=False)
        if surge == 0 and unavailable == 0:
            unavailable = 1
        return cls(surge, min(unavailable, replicas))


@dataclass(frozen=True)
class SetSize:
    """A ReplicaSet as the arithmetic sees it."""

    name: str
    wanted: int
    available: int


def new_set_size(replicas: int, fence: Fence, new: SetSize, old: list[SetSize]) -> int:
    """How many pods the newest ReplicaSet may have now."""
    if new.wanted >= replicas:
        return replicas
    total = new.wanted + sum(item.wanted for item in old)
    room = replicas + fence.max_surge - total
    return new.wanted if room <= 0 else min(replicas, new.wanted + room)


def old_set_sizes(replicas: int, fence: Fence, new: SetSize, old: list[SetSize]) -> dict[str, int]:
    """How many pods each older ReplicaSet (oldest first) may keep without too few being available."""
    min_available = replicas - fence.max_unavailable
    total = new.wanted + sum(item.wanted for item in old)
    removable = total - min_available - (new.wanted - new.available)
    sizes = {item.name: item.wanted for item in old}
    if removable <= 0:
        return sizes
    for item in old:  # what is not available anyway goes first
        unhealthy = min(removable, item.wanted - min(item.available, item.wanted))
        sizes[item.name] -= unhealthy
        removable -= unhealthy
    available = new.available + sum(item.available for item in old)
    removable = available - min_available
    for item in old:
        gone = max(0, min(sizes[item.name], removable))
        sizes[item.name] -= gone
        removable -= gone
    return sizes


def template_hash(template: KubeObject) -> str:
    """A short name for a pod template: equal templates, equal hashes."""
    digest = hashlib.sha256(json.dumps(canonical_template(template), sort_keys=True).encode()).digest()
    return "".join(_HASH_LETTERS[byte % len(_HASH_LETTERS)] for byte in digest[:_HASH_LENGTH])


def canonical_template(template: KubeObject) -> KubeObject:
    """A template to compare: without the label that tells its pods from others', and with empty the same as absent."""
    plain: KubeObject = copied(template)
    ((plain.get("metadata") or {}).get("labels") or {}).pop(TEMPLATE_HASH, None)
    compact: KubeObject = _without_empty(plain)
    return compact


def _without_empty(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    items = ((key, _without_empty(item)) for key, item in value.items())
    return {key: item for key, item in items if item not in (None, {}, [])}


def proportional_sizes(target: int, sizes: dict[str, int]) -> dict[str, int]:
    """Sizes scaled to a new total, keeping their shares; what rounding leaves goes to the largest."""
    total = sum(sizes.values())
    if total == 0:
        return sizes
    scaled = {name: size * target // total for name, size in sizes.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    scaled[largest] += target - sum(scaled.values())
    return scaled
