"""Requests and the answers to them, as a function's own OpenAPI document has them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import jsonschema

from tests.security.running_functions import SECRETS, HttpAnswer, RunningFunction

AUTHORIZED = {"authorization": f"Bearer {SECRETS['MANUAL_TOKEN']}"}


@dataclass(frozen=True)
class DocumentedOperation:
    """One method of one path of one function."""

    function: RunningFunction
    document: Mapping[str, Any]
    method: str
    path: str

    @property
    def described(self) -> Mapping[str, Any]:
        return self.document["paths"][self.path][self.method]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return self.described["parameters"]

    @property
    def body_schema(self) -> Mapping[str, Any] | None:
        body = self.described.get("requestBody")
        return body and body["content"]["application/json"]["schema"]

    def ask(self, values: Mapping[str, object], body: bytes = b"") -> HttpAnswer:
        """With the token, so that what is behind the door is reached. `values`: of the parameters, by name."""
        path = self.path
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", quote(_text(value), safe="", errors="replace"))
        query = {name: _text(value) for name, value in values.items() if f"{{{name}}}" not in self.path}
        target = f"{path}?{urlencode(query, errors='replace')}" if query else path
        headers = {"content_type": "application/json", **AUTHORIZED} if body else AUTHORIZED
        return self.function.ask(self.method.upper(), target, body, **headers)

    def conforms(self, answer: HttpAnswer) -> None:
        """AssertionError or ValidationError where the answer is none of those that the document promises."""
        responses = self.described["responses"]
        assert str(answer.status) in responses, (self.path, answer)
        ((kind, content),) = responses[str(answer.status)]["content"].items()
        assert answer.kind == kind, (self.path, answer)
        schema = {**content["schema"], "components": self.document["components"]}
        for document in _documents(answer):
            jsonschema.Draft202012Validator(schema).validate(document)


def operations_of(function: RunningFunction) -> Iterator[DocumentedOperation]:
    """All of them."""
    document = function.document
    for path, methods in document["paths"].items():
        for method in methods:
            yield DocumentedOperation(function, document, method, path)


def _documents(answer: HttpAnswer) -> list[Any]:
    match answer.kind:
        case "application/json" | "application/problem+json":
            return [answer.json()]
        case "application/x-ndjson":
            return [json.loads(line) for line in answer.body.splitlines()]
    return []


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
