"""How people steer relabel, in a ConfigMap beside the fence's."""

from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.document import ConfigMapDocument
from ahorrater.services.relabel.control import ControlState, KeptControl

NAME = "ahorrater-control"


class ConfigMapControl:
    """The ConfigMap `ahorrater-control` of one namespace."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._document = ConfigMapDocument(connection, namespace, NAME, ControlState)

    def read(self) -> KeptControl:
        """The state as it is, or a fresh one. Raises RetryLater when it cannot be read, or was not written by us."""
        found = self._document.read()
        return KeptControl(ControlState(), None) if found is None else KeptControl(*found)

    def write(self, state: ControlState, version: str | None) -> str:
        """Keeps `state` if the ConfigMap is still at `version` (None: not there); answers its new version."""
        return self._document.write(state, version)
