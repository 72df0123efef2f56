"""relabel: moves the work by hand, and is paused, told to only recommend, and answered."""

from pydantic import BaseModel, TypeAdapter

from ahorrater.contracts.control import Control
from ahorrater.contracts.events import RelabelMode
from dashboard.client import Answer, Away, FunctionClient

_CONTROL = TypeAdapter(Control)


class Change(BaseModel):
    """What a manual path did, in one sentence. `finished`: nothing goes on after the answer."""

    sentence: str
    finished: bool


_CHANGE = TypeAdapter(Change)


class Relabel:
    """Orders, and the one read that says how it is steered."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def control(self) -> Answer[Control] | Away:
        """How it is steered, and what waits for an answer."""
        return self._function.get("/rest/control", _CONTROL)

    def move(self, node: str) -> Answer[Change] | Away:
        """Labels the node and moves the work there."""
        return self._function.post(f"/rest/updatePodsSun/{node}", _CHANGE)

    def label(self, node: str) -> Answer[Change] | Away:
        """Labels the node and moves nothing."""
        return self._function.post(f"/rest/labelNode/{node}", _CHANGE)

    def pause(self) -> Answer[Control] | Away:
        """Decisions are recorded; nothing is moved."""
        return self._function.post("/rest/control/pause", _CONTROL)

    def resume(self) -> Answer[Control] | Away:
        """The latest decision is applied, and those to come."""
        return self._function.post("/rest/control/resume", _CONTROL)

    def set_mode(self, mode: RelabelMode) -> Answer[Control] | Away:
        """Whether decisions are applied or only recommended."""
        return self._function.post(f"/rest/control/mode/{mode}", _CONTROL)

    def approve(self, epoch: int) -> Answer[Control] | Away:
        """The recommendation of this epoch is applied."""
        return self._function.post(f"/rest/control/approve/{epoch}", _CONTROL)

    def veto(self, epoch: int) -> Answer[Control] | Away:
        """The recommendation of this epoch is dropped."""
        return self._function.post(f"/rest/control/veto/{epoch}", _CONTROL)
