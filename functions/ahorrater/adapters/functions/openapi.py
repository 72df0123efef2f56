"""The OpenAPI 3.1 document of declared operations; schemas are pydantic's own (JSON Schema 2020-12)."""

from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from ahorrater.adapters.functions.access import SCHEME
from ahorrater.adapters.functions.operations import Operation, Params
from ahorrater.adapters.functions.problems import MEDIA_TYPE

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_MANUAL_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The value of MANUAL_TOKEN; where none is set, nothing is asked for.",
}


class ProblemDocument(BaseModel):
    """RFC 9457: what is wrong, for programs and for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


def openapi_document(name: str, operations: Iterable[Operation]) -> Json:
    """The document for the function `name`."""
    listed = list(operations)
    schemas: Json = {"Problem": ProblemDocument.model_json_schema(ref_template=_REF)}
    paths: dict[str, Json] = {}
    for operation in listed:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    components: Json = {"schemas": schemas}
    if any(operation.guarded for operation in listed):
        components["securitySchemes"] = {SCHEME: _MANUAL_TOKEN}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"AhorraTER {name}", "version": version("ahorrater")},
        "paths": paths,
        "components": components,
    }


def _operation(operation: Operation, schemas: Json) -> Json:
    document: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation.params, operation.path, schemas),
        "responses": _responses(operation, schemas),
    }
    if operation.guarded:
        document["security"] = [{SCHEME: []}]
    if operation.body is not None:
        content = {"application/json": {"schema": _schema(operation.body, schemas, "validation")}}
        document["requestBody"] = {"required": True, "content": content}
    return document


def _parameters(params: type[Params], path: str, schemas: Json) -> list[Json]:
    schema = params.model_json_schema(ref_template=_REF)
    schemas.update(schema.get("$defs", {}))
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "path" if f"{{{name}}}" in path else "query",
            "required": f"{{{name}}}" in path or name in required,
            "description": of.get("description", ""),
            "schema": of,
        }
        for name, of in schema.get("properties", {}).items()
    ]


def _responses(operation: Operation, schemas: Json) -> Json:
    answer = _schema(operation.answer, schemas, "serialization")
    responses: Json = {"200": {"description": operation.summary, "content": {operation.media_type: {"schema": answer}}}}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    guarded = {401, 403} if operation.guarded else set()
    for status in sorted({400, *operation.problems, *guarded}):
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": problem}
    return responses


def _schema(model: Any, schemas: Json, mode: Literal["validation", "serialization"]) -> Json:
    schema: Json = TypeAdapter(model).json_schema(ref_template=_REF, mode=mode)
    schemas.update(schema.pop("$defs", {}))
    if "title" in schema and schema.get("type") == "object" and isinstance(model, type):
        schemas[model.__name__] = schema
        return {"$ref": _REF.format(model=model.__name__)}
    return schema
