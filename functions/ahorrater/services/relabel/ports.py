"""What relabel needs of a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ahorrater.contracts.events import ChoiceOutdated, MoveFailed, NodeRelabelled
from ahorrater.domain.cluster import Node, Pod, Workload
from ahorrater.domain.moves import Roll, Scale
from ahorrater.domain.room import Room
from ahorrater.domain.sunny import MakePlain, MakeSunny
from ahorrater.services.relabel.state import RelabelState


class Conflict(Exception):  # noqa: N818 -- the API's word, 409
    """Somebody changed the object since it was read: read it again and think again."""


class Forbidden(Exception):  # noqa: N818 -- the API's word, 403
    """The cluster lets relabel not change this; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The fence as it was read. `version` is None when there is none yet."""

    state: RelabelState | None
    version: str | None

    @property
    def epoch(self) -> int:
        """The last one that acted; 0 before the first."""
        return self.state.epoch if self.state else 0


class Fence(Protocol):
    """Where the state is kept. Every method may raise RetryLater."""

    def read(self) -> Kept:
        """The state as it is."""

    def write(self, state: RelabelState, version: str | None) -> str:
        """Keeps `state` if the fence is still at `version`, and answers its new one; raises Conflict if it is not."""


class Cluster(Protocol):
    """Nodes and workloads. A write raises Conflict when its object changed since; all may raise RetryLater."""

    def nodes(self) -> Sequence[Node]:
        """All nodes."""

    def workloads(self) -> Sequence[Workload]:
        """The workloads that opted in, with their pods."""

    def occupied(self, node: str) -> Room:
        """What the pods on that node ask for; those that are ending make room."""

    def make_sunny(self, write: MakeSunny) -> None:
        """Labels and marks the node."""

    def make_plain(self, write: MakePlain) -> None:
        """Takes label and mark from the node."""

    def evict(self, pod: Pod) -> None:
        """Asks for the pod's eviction; what a disruption budget refuses now is asked again. Raises Forbidden, too."""

    def scale(self, write: Scale) -> None:
        """Gives a Deployment so many pods. Raises Forbidden where relabel may not."""

    def roll(self, write: Roll) -> None:
        """Marks the pod template. Raises Forbidden where relabel may not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to an event. The id is the same however often it is said."""

    id: str
    data: NodeRelabelled | MoveFailed | ChoiceOutdated
