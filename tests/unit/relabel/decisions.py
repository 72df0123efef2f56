"""Decisions, and relabel in front of a fake cluster."""

from datetime import UTC, datetime

from ahorrater.contracts.events import NodeChosen, RelabelMode
from ahorrater.domain.decision import Reason
from ahorrater.services.relabel.control import RelabelControl
from ahorrater.services.relabel.decisions import Relabel
from ahorrater.services.relabel.manual import ManualRelabel
from ahorrater.services.relabel.ports import Fence
from ahorrater.services.relabel.settings import RelabelSettings
from tests.unit.relabel.fake_cluster import FakeCluster


def decision(epoch: int, node: str, *also: str, shed: bool = False) -> NodeChosen:
    return NodeChosen(
        epoch=epoch,
        decided_at=datetime(2026, 6, 1, 12, tzinfo=UTC),
        policy="thesis",
        chosen=node,
        previous=None,
        reason=Reason.HIGHEST_MEAN,
        sentence=f"{node} has the most sun.",
        parks=(),
        also=also,
        shed=shed,
    )


def cluster_of(*nodes: str, sunny: str | None = None) -> FakeCluster:
    cluster = FakeCluster()
    for name in nodes:
        cluster.add_node(name, label="1" if name == sunny else None)
    return cluster


def relabel_on(
    cluster: FakeCluster, mode: RelabelMode = RelabelMode.APPLY, tick_budget_s: float = 5, fence: Fence | None = None
) -> Relabel:
    settings = RelabelSettings(relabel_tick_budget_s=tick_budget_s)
    return Relabel(cluster, fence or cluster, control_of(cluster, mode), settings, cluster.clock, cluster.sleep)


def manual_on(cluster: FakeCluster, mode: RelabelMode = RelabelMode.APPLY) -> ManualRelabel:
    control = control_of(cluster, mode)
    return ManualRelabel(cluster, cluster, control, RelabelSettings(), cluster.clock, cluster.sleep)


def control_of(cluster: FakeCluster, mode: RelabelMode = RelabelMode.APPLY) -> RelabelControl:
    return RelabelControl(cluster.control, cluster, mode, cluster.clock)
