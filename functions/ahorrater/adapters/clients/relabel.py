"""relabel: moves the work by hand, and is paused, told to only recommend, and answered."""

from pydantic import BaseModel

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.control import Control
from ahorrater.contracts.events import RelabelMode

CONTROL = "/rest/control"


class Change(BaseModel):
    """What a manual path did, in one sentence. `finished`: nothing goes on after the answer."""

    sentence: str
    finished: bool


class RelabelClient:
    """Every method raises Away where relabel does not answer, NotFound or Refused where it says no."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def show(self) -> Control:
        """How relabel is steered, and what waits for an answer."""
        return self._function.get(CONTROL, Control)

    def pause(self) -> Control:
        """No decision is acted on from now on."""
        return self._steer("pause")

    def resume(self) -> Control:
        """Decisions are acted on again, the latest one at once."""
        return self._steer("resume")

    def set_mode(self, mode: RelabelMode) -> Control:
        """Whether decisions are acted on, or only recommended."""
        return self._steer(f"mode/{mode}")

    def approve(self, epoch: int) -> Control:
        """The decision that waits is acted on."""
        return self._steer(f"approve/{epoch}")

    def veto(self, epoch: int) -> Control:
        """The decision that waits is not acted on."""
        return self._steer(f"veto/{epoch}")

    def move(self, node: str) -> Change:
        """Labels the node and moves the work there."""
        return self._change(f"/rest/updatePodsSun/{node}")

    def label(self, node: str) -> Change:
        """Labels the node and moves nothing."""
        return self._change(f"/rest/labelNode/{node}")

    def _steer(self, order: str) -> Control:
        return self._function.post(f"{CONTROL}/{order}", Control)

    def _change(self, path: str) -> Change:
        return self._function.post(path, Change)
