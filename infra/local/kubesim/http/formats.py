"""What requests carry and what answers look like: content types, tables, lists."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import yaml
from starlette.responses import Response

from infra.local.kubesim.errors import ApiError, bad_request, unsupported_media_type
from infra.local.kubesim.http.tables import partial_metadata, table
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.resources import Resource

JSON = "application/json"
YAML = "application/yaml"
Shape = Literal["Object", "Table", "PartialObjectMetadata"]


@dataclass(frozen=True)
class Accepted:
    """How a client wants objects: as they are, as table rows, or their metadata only."""

    shape: Shape = "Object"
    include: str = "Metadata"

    @classmethod
    def parse(cls, accept: str, include_object: str) -> "Accepted":
        """Reads the Accept header, first choice first. Raises 406 when nothing in it can be served."""
        for choice in accept.split(",") if accept else ["*/*"]:
            media_type, *parameters = (part.strip() for part in choice.split(";"))
            if media_type not in (JSON, "application/*", "*/*"):
                continue
            form = next((item.removeprefix("as=") for item in parameters if item.startswith("as=")), "Object")
            if form == "Table":
                return cls("Table", include_object or "Metadata")
            if form.removesuffix("List") == "PartialObjectMetadata":
                return cls("PartialObjectMetadata")
            if form == "Object":
                return cls()
        message = f"only the following media types are accepted: {JSON}, {JSON};as=Table;g=meta.k8s.io;v=v1"
        raise ApiError(406, "NotAcceptable", message)

    def one(self, resource: Resource, obj: KubeObject, now: datetime) -> KubeObject:
        """One object in the wanted shape."""
        if self.shape == "Table":
            metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            return table(resource, [obj], metadata, self.include, now)
        return partial_metadata(obj) if self.shape == "PartialObjectMetadata" else obj

    def many(self, resource: Resource, objects: list[KubeObject], metadata: KubeObject, now: datetime) -> KubeObject:
        """A list of objects in the wanted shape."""
        if self.shape == "Table":
            return table(resource, objects, metadata, self.include, now)
        if self.shape == "PartialObjectMetadata":
            items = [partial_metadata(obj) for obj in objects]
            return _list("PartialObjectMetadataList", "meta.k8s.io/v1", items, metadata)
        items = objects if resource.is_custom else [_untyped(obj) for obj in objects]
        return _list(f"{resource.kind}List", resource.api_version, items, metadata)


def _untyped(obj: KubeObject) -> KubeObject:
    """An item of a list of a built-in kind does not repeat what the list says."""
    return {key: value for key, value in obj.items() if key not in ("apiVersion", "kind")}


def _list(kind: str, api_version: str, items: list[KubeObject], metadata: KubeObject) -> KubeObject:
    return {"kind": kind, "apiVersion": api_version, "metadata": metadata, "items": items}


def json_response(body: KubeObject, code: int = 200) -> Response:
    """An answer as the server writes it."""
    content = json.dumps(body, separators=(",", ":")).encode() + b"\n"
    return Response(content, code, {"Cache-Control": "no-cache, private"}, JSON)


def error_response(error: ApiError) -> Response:
    """A refusal as the server writes it."""
    response = json_response(error.status(), error.code)
    if error.code == 429:
        response.headers["Retry-After"] = "1"
    return response


def decode_object(body: bytes, content_type: str) -> KubeObject:
    """The object in a request's body, empty for an empty one. Raises 400 or 415."""
    media_type = content_type.partition(";")[0].strip().lower()
    if not body.strip():
        return {}
    if media_type not in (JSON, YAML, ""):
        raise unsupported_media_type((JSON, YAML, "application/vnd.kubernetes.protobuf"))
    decoded = decode_yaml(body) if media_type == YAML else decode_json(body)
    if not isinstance(decoded, dict):
        raise bad_request("couldn't get version/kind; json parse error: the body is not an object")
    return decoded


def decode_json(body: bytes) -> Any:
    """A JSON document. Raises 400."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from error


def decode_yaml(body: bytes) -> Any:
    """A YAML document. Raises 400."""
    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise bad_request(f"error converting YAML to JSON: {error}") from error
