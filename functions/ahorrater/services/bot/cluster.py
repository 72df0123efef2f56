"""/nodes, /sunny: the cluster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorrater.contracts.answers import NodeInfo, NodeMetrics
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.speaking import Speaker
from ahorrater.services.bot.ports import Energy, Nodes
from ahorrater.services.bot.talk import Answer, Asked


@dataclass(frozen=True, slots=True)
class ClusterTalk:
    """The nodes, and who of them is the sunny one."""

    cluster: Nodes
    energy: Energy
    clock: Callable[[], datetime]

    def nodes(self, asked: Asked) -> Answer:
        """A line for each node; without its use where metrics-server is away."""
        used = {one.node: one for one in self._metrics()}
        lines = [_line(node, used.get(node.name), asked.speaker) for node in self.cluster.nodes()]
        return Answer("\n".join(lines) or asked.speaker.say("no-nodes"))

    def sunny(self, asked: Asked) -> Answer:
        """The sunny node, since when, and who shares its work."""
        return Answer(self.sunny_line(asked.speaker))

    def sunny_line(self, speaker: Speaker) -> str:
        """The same, as one line."""
        sunny = self.cluster.sunny()
        if sunny.node is None:
            return speaker.say("sunny-none")
        phrase, since = "sunny-shared" if sunny.also else "sunny", self._since(sunny.node, speaker)
        return speaker.say(phrase, node=sunny.node, since=since, also=", ".join(sunny.also))

    def _since(self, node: str, speaker: Speaker) -> str:
        """Empty where somebody has labelled another node than the decision's, or nobody knows."""
        try:
            moved = self.energy.latest_decision(moved=True)
        except RetryLater:
            return ""
        if moved is None or moved.chosen != node:
            return ""
        return speaker.say("since", duration=speaker.duration((self.clock() - moved.decided_at).total_seconds()))

    def _metrics(self) -> Sequence[NodeMetrics]:
        try:
            return self.cluster.metrics()
        except RetryLater:
            return []


def _line(node: NodeInfo, used: NodeMetrics | None, speaker: Speaker) -> str:
    state = "not-ready" if not node.ready else "ready" if node.schedulable else "cordoned"
    return speaker.say(
        "node",
        icon="☀️" if node.sunny else "🌑",
        node=node.name,
        state=speaker.say(state),
        usage="" if used is None else _usage(used, speaker),
    )


def _usage(used: NodeMetrics, speaker: Speaker) -> str:
    cpu = used.cpu_cores / used.cpu_capacity_cores if used.cpu_capacity_cores else 0.0
    memory = used.memory_bytes / used.memory_capacity_bytes if used.memory_capacity_bytes else 0.0
    return speaker.say("usage", cpu=speaker.number(cpu * 100, 0), memory=speaker.number(memory * 100, 0))
