"""What metrics-server says (metrics.k8s.io/v1beta1)."""

from datetime import UTC, datetime

from ahorrater.adapters.kubernetes.connection import Json
from ahorrater.adapters.kubernetes.requests import quantity
from ahorrater.contracts.answers import NodeMetrics


def metrics_of(used: Json, capacity: Json) -> NodeMetrics:
    """One node's use beside its capacity; quantities as Kubernetes writes them (`250m`, `905040Ki`)."""
    usage = used["usage"]
    return NodeMetrics(
        node=used["metadata"]["name"],
        at=datetime.fromisoformat(used["timestamp"]).astimezone(UTC),
        cpu_cores=float(quantity(usage["cpu"])),
        cpu_capacity_cores=float(quantity(capacity["cpu"])),
        memory_bytes=int(quantity(usage["memory"])),
        memory_capacity_bytes=int(quantity(capacity["memory"])),
    )
