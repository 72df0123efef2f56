"""Routing, validation and encoding of the declared operations."""

from collections.abc import Sequence
from functools import cached_property
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path

from ahorrater.adapters.functions.access import Access, AccessSettings
from ahorrater.adapters.functions.operations import Operation, Params
from ahorrater.adapters.functions.problems import explain
from ahorrater.adapters.functions.traffic import PATH_TEMPLATE
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import NotFound, Reject


class WrongMethod(Reject):
    """The path is there, but for other methods: 405, which names them."""

    status = 405
    title = "Method not allowed"

    def __init__(self, detail: str, allowed: str) -> None:
        super().__init__(detail)
        self.headers = {"Allow": allowed}


class RestApi:
    """The operations of one function."""

    def __init__(self, name: str, operations: Sequence[Operation]) -> None:
        self._name = name
        self._operations = list(operations)
        guarded = any(operation.guarded for operation in operations)
        self._access = Access(AccessSettings()) if guarded else None
        self._routes = [(compile_path(operation.path)[0], operation) for operation in operations]

    @cached_property
    def description(self) -> Response:
        """The OpenAPI document, made when it is first asked for: what that imports is heavy."""
        from ahorrater.adapters.functions.openapi import openapi_document

        return JSONResponse(openapi_document(self._name, self._operations))

    def answer(self, request: Request, body: bytes) -> Response:
        """The answer to one request. Raises a Problem for everything that is not right about it."""
        operation, in_path = self._find(request.method, request.scope["path"])
        request.scope[PATH_TEMPLATE] = operation.path
        if operation.guard is not None:
            operation.guard(request.headers)
        elif operation.guarded and self._access is not None:
            self._access.check(request.headers)
        params = _params(operation, in_path, request.scope["query_string"])
        arguments = (params,) if operation.body is None else (params, _body(operation.body, body))
        return self._encode(operation, operation.handler(*arguments))

    def _find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        matches = [(match, operation) for regex, operation in self._routes if (match := regex.match(path))]
        if not matches:
            raise NotFound(f"there is no {path} here; /openapi.json lists what there is")
        wanted = "GET" if method == "HEAD" else method
        for match, operation in matches:
            if operation.method == wanted:
                return operation, match.groupdict()
        allowed = ", ".join(operation.method for _, operation in matches)
        raise WrongMethod(f"{path} takes {allowed}, not {method}", allowed)

    @staticmethod
    def _encode(operation: Operation, value: object) -> Response:
        if isinstance(value, Response):
            return value
        body = adapter_of(operation.answer).dump_json(value)
        return Response(body, media_type="application/json")


def _params(operation: Operation, in_path: dict[str, str], query: bytes) -> Params:
    given = parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True)
    names = [name for name, _ in given]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise Reject(f"given more than once: {', '.join(sorted(repeated))}")
    try:
        return operation.params.model_validate({**dict(given), **in_path})
    except ValidationError as error:
        raise explain(error, "a parameter is wrong") from None


def _body(model: type[BaseModel], body: bytes) -> BaseModel:
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise explain(error, "the body is wrong") from None
