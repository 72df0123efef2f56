"""The fence in a ConfigMap: compare-and-swap by resourceVersion."""

from http import HTTPStatus

from pydantic import ValidationError

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.contracts.errors import RetryLater
from ahorrater.services.relabel.ports import Conflict, Kept
from ahorrater.services.relabel.state import RelabelState

NAME = "ahorrater-relabel"
KEY = "state.json"


class ConfigMapFence:
    """The ConfigMap `ahorrater-relabel` of one namespace."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection = connection
        self._namespace = namespace

    def read(self) -> Kept:
        """The state as it is. Raises RetryLater when it cannot be read, or was not written by us."""
        core = self._connection.core
        try:
            document = self._connection.call(core.read_namespaced_config_map, NAME, self._namespace)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return Kept(None, None)
            raise
        return Kept(self._state(document), document["metadata"]["resourceVersion"])

    def write(self, state: RelabelState, version: str | None) -> str:
        """Keeps `state` if the ConfigMap is still at `version` (None: not there); answers its new version."""
        body: Json = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": NAME, "namespace": self._namespace},
            "data": {KEY: state.model_dump_json()},
        }
        try:
            written = self._create(body) if version is None else self._replace(body, version)
        except ApiError as error:
            if error.code == HTTPStatus.CONFLICT or (version is not None and error.code == HTTPStatus.NOT_FOUND):
                raise Conflict(error.detail) from None
            raise
        return str(written["metadata"]["resourceVersion"])

    def _create(self, body: Json) -> Json:
        return self._connection.call(self._connection.core.create_namespaced_config_map, self._namespace, body)

    def _replace(self, body: Json, version: str) -> Json:
        body["metadata"]["resourceVersion"] = version
        core = self._connection.core
        return self._connection.call(core.replace_namespaced_config_map, NAME, self._namespace, body)

    def _state(self, document: Json) -> RelabelState:
        try:
            return RelabelState.model_validate_json((document.get("data") or {})[KEY])
        except (KeyError, ValidationError) as error:
            what = f"ConfigMap {self._namespace}/{NAME} holds no state of this version; delete it to start afresh"
            raise RetryLater(f"{what}: {error}"[:300]) from None
