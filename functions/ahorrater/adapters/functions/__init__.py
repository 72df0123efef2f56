"""From functions-framework to a service and back: events, REST, problems, OpenAPI, the server."""

from ahorrater.adapters.functions.events import Emit, Event, data_of
from ahorrater.adapters.functions.function import Function
from ahorrater.adapters.functions.operations import Operation, Params

__all__ = ["Emit", "Event", "Function", "Operation", "Params", "data_of"]
