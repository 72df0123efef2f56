"""A cluster by hand: nodes, workloads, and controllers that step when told; fence and control state beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ahorrater.domain.cluster import SUNNY, Deployment, KnativeService, Node, Pod, StatefulSet, Template, Workload
from ahorrater.domain.moves import Roll, Scale
from ahorrater.domain.room import Room, total
from ahorrater.domain.sunny import MakePlain, MakeSunny
from ahorrater.services.relabel.control import ControlState, KeptControl
from ahorrater.services.relabel.ports import Conflict, Forbidden, Kept
from ahorrater.services.relabel.state import RelabelState

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Crash(Exception):  # noqa: N818
    """The process died here."""


@dataclass
class FakeCluster:
    """Both ports of relabel. Each write changes the object's version; one planned on an older version conflicts.

    `crash_after`: the process dies after that many more writes. `before_write`: called with each write's name.
    """

    now: datetime = NOON
    writes: list[str] = field(default_factory=list)
    crash_after: int | None = None
    before_write: Callable[[str], None] = lambda _: None
    after_write: Callable[[], None] = lambda: None
    full: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    versions: int = 0

    def __post_init__(self) -> None:
        self.node_by_name: dict[str, Node] = {}
        self.workload_by_name: dict[str, Workload] = {}
        self.state: RelabelState | None = None
        self.fence_version: str | None = None
        self.lowest_ready: dict[str, int] = {}
        self.control = FakeControlStore(self)

    # What tests arrange

    def add_node(self, name: str, **facts: object) -> None:
        self.node_by_name[name] = Node(name, version=self._version(), **facts)

    def change_node(self, name: str, **facts: object) -> None:
        self.node_by_name[name] = replace(self.node_by_name[name], version=self._version(), **facts)

    def delete_node(self, name: str) -> None:
        del self.node_by_name[name]
        for workload in list(self.workload_by_name.values()):
            self._keep(replace(workload, pods=tuple(pod for pod in workload.pods if pod.node != name)))

    def add_deployment(self, name: str, node: str | None, replicas: int = 1, **facts: object) -> None:
        self._add(Deployment, name, node, replicas, **facts)

    def add_knative_service(self, name: str, node: str | None, replicas: int = 1, **facts: object) -> None:
        self._add(KnativeService, name, node, replicas, **facts)

    def add_stateful_set(self, name: str, node: str | None, replicas: int = 1, **facts: object) -> None:
        self._add(StatefulSet, name, node, replicas, **facts)

    def change_workload(self, name: str, **facts: object) -> None:
        self._keep(replace(self.workload_by_name[name], **facts))

    def _add(self, kind: type[Workload], name: str, node: str | None, replicas: int, **facts: object) -> None:
        pods = tuple(self._pod(name, node) for _ in range(replicas))
        self._keep(kind("shop", name, replicas, pods=pods, templates=(Template(name),), **facts))

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # What tests look at

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Waiting is when the cluster's own controllers work."""
        self.pass_time(seconds)
        self.step()

    @property
    def sunny(self) -> list[str]:
        return sorted(node.name for node in self.node_by_name.values() if node.sunny)

    def where(self, name: str) -> list[str | None]:
        return sorted((pod.node for pod in self.workload_by_name[name].live_pods), key=str)

    # The cluster's own controllers

    def step(self) -> None:
        """Schedules pending pods and takes each rollout one pod further."""
        for workload in list(self.workload_by_name.values()):
            for pod in workload.live_pods:
                self._schedule(workload.name, pod)
            self._keep(self._controlled(self.workload_by_name[workload.name]))
            ready = sum(pod.ready_since is not None for pod in self.workload_by_name[workload.name].live_pods)
            self.lowest_ready[workload.name] = min(ready, self.lowest_ready.get(workload.name, ready))

    def settle(self) -> None:
        for _ in range(10):
            self.step()

    def _schedule(self, name: str, pod: Pod) -> None:
        workload = self.workload_by_name[name]
        pods = tuple(self._scheduled(pod, workload) if one == pod else one for one in workload.live_pods)
        self._keep(replace(workload, pods=pods))

    def _scheduled(self, pod: Pod, workload: Workload) -> Pod:
        """On the fitting node that has the fewest of its pods."""
        if pod.node is not None:
            return pod
        fits = [node for node in self.node_by_name.values() if node.sunny and node.ready and node.schedulable]
        fits = [node for node in fits if node.name not in self.full]
        if not fits:
            return replace(pod, unschedulable=True, waiting="0/3 nodes are available: insufficient cpu")
        where = [one.node for one in workload.live_pods]
        node = min(fits, key=lambda node: where.count(node.name)).name
        return replace(pod, node=node, ready_since=self.now, unschedulable=False, waiting=None)

    def _controlled(self, workload: Workload) -> Workload:
        pods = list(workload.pods)
        mark = workload.templates[0].mark
        current = [pod for pod in pods if pod.mark == mark]
        if len(pods) > workload.replicas == 0:
            pods = []
        if len(current) < workload.replicas and len(pods) <= workload.replicas:
            pods.append(self._pod(workload.name, None, mark))
        ready = [pod for pod in pods if pod.ready_since is not None]
        old = [pod for pod in pods if pod.mark != mark]
        if old and (old[0].ready_since is None or len(ready) > workload.replicas):
            pods.remove(old[0])
        return replace(workload, pods=tuple(pods))

    def _pod(self, workload: str, node: str | None, mark: str | None = None) -> Pod:
        ready_since = self.now if node else None
        return Pod("shop", f"{workload}-{self._version()}", node, ready_since=ready_since, mark=mark)

    def _keep(self, workload: Workload) -> None:
        template = replace(workload.templates[0], version=self._version())
        self.workload_by_name[workload.name] = replace(workload, templates=(template,))

    # The port `Cluster`

    def nodes(self) -> list[Node]:
        return list(self.node_by_name.values())

    def workloads(self) -> list[Workload]:
        return list(self.workload_by_name.values())

    def make_sunny(self, write: MakeSunny) -> None:
        with self._write(f"sunny {write.node.name}"):
            self._guard(self.node_by_name.get(write.node.name), write.node)
            self.change_node(write.node.name, label=SUNNY, mark=write.mark)

    def make_plain(self, write: MakePlain) -> None:
        with self._write(f"plain {write.node.name}"):
            self._guard(self.node_by_name.get(write.node.name), write.node)
            self.change_node(write.node.name, label=None, mark=None)

    def roll(self, write: Roll) -> None:
        name = write.workload.name
        if name in self.forbidden:
            raise Forbidden("relabel may not roll it")
        with self._write(f"roll {name} {write.mark}"):
            held = self.workload_by_name.get(name)
            self._guard(held.templates[0] if held else None, write.template)
            changes = {"max_unavailable": 0, "max_surge": 1} if write.make_before_break else {}
            self._keep(replace(held, templates=(replace(write.template, mark=write.mark),), **changes))

    def scale(self, write: Scale) -> None:
        name = write.workload.name
        if name in self.forbidden:
            raise Forbidden("relabel may not scale it")
        with self._write(f"scale {name} {write.replicas}"):
            held = self.workload_by_name[name]
            self._guard(held.templates[0], write.workload.templates[0])
            self._keep(replace(held, replicas=write.replicas, shed_replicas=write.remembered))

    def evict(self, pod: Pod) -> None:
        if pod.namespace in self.forbidden:
            raise Forbidden("relabel may not move it")
        with self._write(f"evict from {pod.node}"):
            for workload in list(self.workload_by_name.values()):
                self._keep(replace(workload, pods=tuple(one for one in workload.pods if one.name != pod.name)))

    def occupied(self, node: str) -> Room:
        pods = [pod for workload in self.workload_by_name.values() for pod in workload.live_pods]
        return total(pod.requests for pod in pods if pod.node == node)

    # The port `Fence`

    def read(self) -> Kept:
        return Kept(self.state, self.fence_version)

    def write(self, state: RelabelState, version: str | None) -> str:
        with self._write(f"fence {state.epoch} {state.phase}"):
            if version != self.fence_version:
                raise Conflict("the fence changed")
            self.state = RelabelState.model_validate_json(state.model_dump_json())
            self.fence_version = self._version()
        return self.fence_version

    def survive(self, write: str) -> None:
        """Dies after `crash_after` more writes."""
        if self.crash_after is None:
            return
        self.crash_after -= 1
        if self.crash_after < 0:
            self.crash_after = None
            raise Crash(write)

    def _write(self, name: str) -> "_Write":
        return _Write(self, name)

    def _guard(self, held: Node | Template | None, planned_on: Node | Template) -> None:
        if held is None or held.version != planned_on.version:
            raise Conflict(f"{planned_on.name} changed")

    def _version(self) -> str:
        self.versions += 1
        return str(self.versions)


@dataclass
class _Write:
    """One write, and the crash that may follow it."""

    cluster: FakeCluster
    name: str

    def __enter__(self) -> None:
        self.cluster.before_write(self.name)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        self.cluster.writes.append(self.name)
        self.cluster.after_write()
        self.cluster.survive(self.name)


class FakeControlStore:
    """The ControlStore of that cluster; its writes count as chances to die, but are no writes to the cluster."""

    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster
        self.state = ControlState()
        self.version: str | None = None

    def read(self) -> KeptControl:
        return KeptControl(self.state, self.version)

    def write(self, state: ControlState, version: str | None) -> str:
        self._cluster.before_write("control")
        if version != self.version:
            raise Conflict("the control state changed")
        self.state = ControlState.model_validate_json(state.model_dump_json())
        self.version = str(int(self.version or 0) + 1)
        self._cluster.survive("control")
        return self.version
