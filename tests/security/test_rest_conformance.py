"""Whatever its OpenAPI document allows, and what is almost that, a function answers as the document says: never with a
5xx but 503. FUZZ_EXAMPLES: how many requests for each operation.
"""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import near
from tests.fuzz.schemas import instances
from tests.security.operations import DocumentedOperation, operations_of
from tests.security.running_functions import RunningFunction

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
DEAR = {"/rest/backtest": 2}
"""Operations that compute for seconds: fewer of these."""
ANSWERING = ("energy-query", "cluster-query", "fuel-query", "relabel", "notify", "telegram-bot", "backtest")


@pytest.mark.parametrize("name", ANSWERING)
def test_answers_are_those_that_the_document_promises(functions: dict[str, RunningFunction], name: str) -> None:
    asked = sum(try_out(operation) for operation in operations_of(functions[name]))
    print(f"{name}: {asked} requests")


def test_no_function_with_paths_for_people_is_left_out(functions: dict[str, RunningFunction]) -> None:
    assert {name for name, function in functions.items() if function.document["paths"]} == set(ANSWERING)


def try_out(operation: DocumentedOperation) -> int:
    """How many requests it answered as it should."""
    asked = 0

    def answer(request: tuple[dict[str, object], bytes]) -> None:
        nonlocal asked
        asked += 1
        operation.conforms(operation.ask(*request))

    wanted = settings(
        max_examples=min(EXAMPLES, DEAR.get(operation.path, EXAMPLES)),
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    wanted(given(st.tuples(parameters(operation), bodies(operation)))(answer))()
    return asked


@st.composite
def parameters(draw: st.DrawFn, operation: DocumentedOperation) -> dict[str, object]:
    """Values of the path's parameters and of some of the query's; sometimes one that is not allowed."""
    values: dict[str, object] = {}
    for parameter in operation.parameters:
        good = instances(parameter["schema"], operation.document)
        if parameter["in"] == "path":
            values[parameter["name"]] = draw((good | good | TEXTS).filter(is_one_segment))
        elif parameter["required"] or draw(st.booleans()):
            values[parameter["name"]] = draw((good | good | TEXTS).filter(lambda value: value is not None))
    return values


TEXTS = st.text(min_size=1, max_size=20)


def is_one_segment(value: object) -> bool:
    """Otherwise the path would be another."""
    return value is not None and "/" not in str(value) and str(value) not in {"", ".", ".."}


def bodies(operation: DocumentedOperation) -> st.SearchStrategy[bytes]:
    """A body that is allowed, one that almost is, or none where none is taken."""
    if operation.body_schema is None:
        return st.just(b"")
    good = instances(operation.body_schema, operation.document)
    return (good | good.flatmap(near)).map(lambda document: json.dumps(document).encode()) | st.binary(max_size=30)
