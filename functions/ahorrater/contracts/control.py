"""How people steer relabel, and what waits for their word."""

import operator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ahorrater.contracts.base import Contract, Epoch, NodeName, UtcDatetime
from ahorrater.contracts.events import RelabelMode


class RecommendationState(StrEnum):
    """What people said to a recommendation."""

    WAITING = "waiting"
    APPROVED = "approved"
    VETOED = "vetoed"


class Recommendation(Contract):
    """The newest decision that relabel has not acted on. `previous`, `sentence`, `also`: what the decision says."""

    epoch: Epoch
    node: NodeName
    previous: NodeName | None
    sentence: str
    decided_at: UtcDatetime
    state: RecommendationState
    also: Annotated[tuple[NodeName, ...], Field(exclude_if=operator.not_)] = ()


class Control(Contract):
    """How relabel is steered. `changed_at`: when somebody last changed it; null: everything is as RELABEL_MODE says."""

    mode: RelabelMode
    paused: bool
    changed_at: UtcDatetime | None
    waiting: Recommendation | None
