"""One JSON document in a ConfigMap: compare-and-swap by resourceVersion."""

from http import HTTPStatus
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.contracts.errors import RetryLater
from ahorrater.services.relabel.ports import Conflict

KEY = "state.json"
M = TypeVar("M", bound=BaseModel)


class ConfigMapDocument(Generic[M]):
    """The ConfigMap `name` of one namespace, which holds a `model`."""

    def __init__(self, connection: Connection, namespace: str, name: str, model: type[M]) -> None:
        self._connection = connection
        self._namespace = namespace
        self._name = name
        self._model = model

    def read(self) -> tuple[M, str] | None:
        """The document and its version; None where there is none yet.

        Raises RetryLater when it cannot be read, or was not written by us.
        """
        core = self._connection.core
        try:
            document = self._connection.call(core.read_namespaced_config_map, self._name, self._namespace)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        return self._parsed(document), document["metadata"]["resourceVersion"]

    def write(self, content: M, version: str | None) -> str:
        """Keeps `content` if the ConfigMap is still at `version` (None: not there); answers its new version.

        Raises Conflict if it is not.
        """
        body: Json = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": self._name, "namespace": self._namespace},
            "data": {KEY: content.model_dump_json()},
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
        return self._connection.call(core.replace_namespaced_config_map, self._name, self._namespace, body)

    def _parsed(self, document: Json) -> M:
        try:
            return self._model.model_validate_json((document.get("data") or {})[KEY])
        except (KeyError, ValidationError) as error:
            what = f"ConfigMap {self._namespace}/{self._name} holds no state of this version; delete it to start afresh"
            raise RetryLater(f"{what}: {error}"[:300]) from None
