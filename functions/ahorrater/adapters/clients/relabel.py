"""relabel, as other functions steer it."""

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.control import Control

CONTROL = "/rest/control"


class RelabelClient:
    """Every method raises Away where relabel does not answer, NotFound or Refused where it says no."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def show(self) -> Control:
        """How relabel is steered."""
        found: Control = self._function.get(CONTROL, Control)
        return found

    def pause(self) -> Control:
        """No decision is acted on from now on."""
        return self._order("pause")

    def resume(self) -> Control:
        """Decisions are acted on again."""
        return self._order("resume")

    def approve(self, epoch: int) -> Control:
        """The decision that waits is acted on."""
        return self._order(f"approve/{epoch}")

    def veto(self, epoch: int) -> Control:
        """The decision that waits is not acted on."""
        return self._order(f"veto/{epoch}")

    def _order(self, order: str) -> Control:
        found: Control = self._function.post(f"{CONTROL}/{order}", Control)
        return found
