"""REST paths declared once: the declaration routes, validates and becomes the OpenAPI document."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Params(BaseModel):
    """The path and query parameters of an operation: text made into types, and no unknown ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    `handler(params)`, or `handler(params, body)` where there is a `body` model, answers with a value of the type
    `answer` or, for what is not JSON, with a Response. `problems` are the statuses beside 400 that it can answer with.
    `guarded`: only for whoever brings the token, where one is set. `guard`: looks at the headers itself, and raises a
    Problem for strangers.
    """

    method: str
    path: str
    summary: str
    handler: Callable[..., object]
    answer: Any
    params: type[Params] = Params
    body: type[BaseModel] | None = None
    problems: tuple[int, ...] = ()
    media_type: str = "application/json"
    guarded: bool = False
    guard: Callable[[Mapping[str, str]], None] | None = None

    @property
    def name(self) -> str:
        """The operation's id in the OpenAPI document."""
        return getattr(self.handler, "__name__", self.path)

    @classmethod
    def get(cls, path: str, handler: Callable[..., object], answer: Any, params: type[Params] = Params) -> "Operation":
        """A read: 404 for what is not there, 503 while what it needs is away."""
        return cls("GET", path, summary_of(handler), handler, answer, params, problems=(404, 503))


def summary_of(handler: Callable[..., object]) -> str:
    """The first line of a handler's docstring."""
    return (inspect.getdoc(handler) or handler.__name__).split("\n", 1)[0]
