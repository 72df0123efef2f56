"""How people steer relabel, and what waits for their word."""

from enum import StrEnum

from ahorrater.contracts.base import Contract, Epoch, NodeName, UtcDatetime
from ahorrater.contracts.events import RelabelMode


class RecommendationState(StrEnum):
    """What people said to a recommendation."""

    WAITING = "waiting"
    APPROVED = "approved"
    VETOED = "vetoed"


class Recommendation(Contract):
    """The newest decision that relabel has not acted on. `previous`, `sentence`: what the decision says."""

    epoch: Epoch
    node: NodeName
    previous: NodeName | None
    sentence: str
    decided_at: UtcDatetime
    state: RecommendationState


class Control(Contract):
    """How relabel is steered. `changed_at`: when somebody last changed it; null: everything is as RELABEL_MODE says."""

    mode: RelabelMode
    paused: bool
    changed_at: UtcDatetime | None
    waiting: Recommendation | None
