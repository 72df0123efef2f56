"""The fence in a ConfigMap."""

from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.document import ConfigMapDocument
from ahorrater.services.relabel.ports import Kept
from ahorrater.services.relabel.state import RelabelState

NAME = "ahorrater-relabel"


class ConfigMapFence:
    """The ConfigMap `ahorrater-relabel` of one namespace."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._document = ConfigMapDocument(connection, namespace, NAME, RelabelState)

    def read(self) -> Kept:
        """The state as it is. Raises RetryLater when it cannot be read, or was not written by us."""
        found = self._document.read()
        return Kept(None, None) if found is None else Kept(*found)

    def write(self, state: RelabelState, version: str | None) -> str:
        """Keeps `state` if the ConfigMap is still at `version` (None: not there); answers its new version."""
        return self._document.write(state, version)
