"""SQL, paths, headers, log lines and markup, tried in every place that takes text from outside."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from ahorrater.contracts.golden import golden_events
from tests.security.operations import AUTHORIZED, DocumentedOperation, operations_of
from tests.security.running_functions import HttpAnswer, RunningFunction
from tests.security.test_rest_conformance import ANSWERING

FORGED = "2001-01-01 00:00:00,000 CRITICAL forged"
PAYLOADS = (
    "' OR '1'='1",
    "1; DROP TABLE reading; --",
    "x') UNION SELECT sql FROM sqlite_master --",
    "../../../../etc/passwd",
    "..\\..\\secrets",
    "\x00",
    f"x\n{FORGED}",
    f"x\r\nset-cookie: evil=1\r\n{FORGED}",
    "<script>alert(1)</script>",
    "{0.__class__} %s %(name)s ${jndi:ldap://x}",
    "9" * 400,
    "\u202e\u2028",
)
EXPECTED = {200, 204, 400, 404, 413, 422, 503}
SPOKEN = {"/rest/sendMessage": "notify", "/rest/ask": "telegram-bot"}
"""Where people say something in their own words."""


def unharmed(answer: HttpAnswer) -> None:
    """It was answered as a wrong question is; nothing of the payload became a header or a page."""
    assert answer.status in EXPECTED, answer
    assert "set-cookie" not in answer.headers, answer
    assert answer.kind in {"", "application/json", "application/problem+json", "image/png", "text/html"}, answer
    assert b"root:" not in answer.body
    assert answer.kind != "text/html" or b"alert(1)" not in answer.body


def tables(functions: dict[str, RunningFunction]) -> list[tuple[str, str]]:
    database = functions["energy-query"].log_file.parent / "ahorrater.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return sorted(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))


def no_line_is_forged(function: RunningFunction) -> None:
    assert not [line for line in function.log.splitlines() if line.startswith(FORGED)]


@pytest.fixture(autouse=True)
def all_tables_stay(functions: dict[str, RunningFunction]) -> Iterator[None]:
    before = tables(functions)
    yield
    assert tables(functions) == before
    for function in functions.values():
        assert function.is_up
        no_line_is_forged(function)


@pytest.mark.parametrize("name", ANSWERING)
def test_no_parameter_of_a_path_does_more_than_be_wrong(functions: dict[str, RunningFunction], name: str) -> None:
    for operation in operations_of(functions[name]):
        for parameter in operation.parameters:
            for payload in PAYLOADS:
                unharmed(operation.ask({**usual(operation), parameter["name"]: payload}))
    for payload in PAYLOADS:
        unharmed(functions[name].ask("GET", "/" + "".join(f"%{byte:02x}" for byte in payload.encode())))


def usual(operation: DocumentedOperation) -> dict[str, object]:
    """A good value for what must be given: 1 is a number, a product, a node and a message."""
    needed = [one for one in operation.parameters if one["required"]]
    return {one["name"]: "2026-01-01" if one["schema"].get("format") == "date" else 1 for one in needed}


@pytest.mark.parametrize("path", SPOKEN)
def test_no_text_of_a_body_does_more_than_be_said(functions: dict[str, RunningFunction], path: str) -> None:
    for payload in PAYLOADS:
        unharmed(functions[SPOKEN[path]].ask("POST", path, json.dumps({"text": f"/{payload}"}).encode(), **AUTHORIZED))


def with_each_text_replaced(document: Any, payload: str) -> Iterator[Any]:
    """The document, once for each text in it, with the payload there."""
    if isinstance(document, str):
        yield payload
    places = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for place, inner in places:
        for changed in with_each_text_replaced(inner, payload):
            copy = dict(document) if isinstance(document, dict) else list(document)
            copy[place] = changed
            yield copy


HEARD = {
    "ingest-reading": ("reading.received", "park.status"),
    "choose-node": ("reading.stored", "node.relabelled", "move.failed"),
    "notify": ("node.chosen", "node.held", "node.relabelled", "move.failed", "park.status"),
    "dead-letter": ("reading.rejected",),
}


@pytest.mark.parametrize("name", HEARD)
def test_no_text_of_an_event_does_more_than_be_kept(functions: dict[str, RunningFunction], name: str) -> None:
    golden = {event["type"].removeprefix("es.ahorrater.").removesuffix(".v1"): event for event in golden_events()}
    for kind in HEARD[name]:
        for payload in (PAYLOADS[1], PAYLOADS[5], PAYLOADS[7]):
            for event in with_each_text_replaced(golden[kind], payload):
                unharmed(functions[name].hear(event))


@pytest.mark.parametrize("attribute", ["id", "source", "tracestate", "time", "subject"])
def test_no_attribute_of_an_event_becomes_a_header(functions: dict[str, RunningFunction], attribute: str) -> None:
    event = next(event for event in golden_events() if event["type"] == "es.ahorrater.reading.received.v1")
    for payload in PAYLOADS:
        answer = functions["ingest-reading"].hear({**event, attribute: payload})
        unharmed(answer)
        assert answer.status == 400 or answer.headers["ce-type"] == "es.ahorrater.reading.stored.v1"
