"""CloudEvents over HTTP as the broker reads and writes them."""

import base64
import json

import pytest
from aiohttp import hdrs
from multidict import CIMultiDict

from infra.local.broker.events import Event, InvalidEventError, decode

BINARY = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"}
MESSAGE = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}


def test_binary_mode_survives_the_way_through() -> None:
    headers = CIMultiDict({**BINARY, "Ce-Tick": "yes", hdrs.CONTENT_TYPE: "application/json", "Host": "x"})
    event = decode(headers, b"{}")
    assert event.attributes == {
        "specversion": "1.0",
        "id": "1",
        "source": "/s",
        "type": "t",
        "tick": "yes",
        "datacontenttype": "application/json",
    }
    assert event.headers() == {**BINARY, "ce-tick": "yes", "content-type": "application/json"}
    assert event.data == b"{}"


@pytest.mark.parametrize(
    ("payload", "data"),
    [
        ({"data": {"a": "ñ"}}, '{"a":"ñ"}'.encode()),
        ({"data": "text"}, b'"text"'),
        ({"data": "text", "datacontenttype": "text/plain"}, b"text"),
        ({"data_base64": base64.b64encode(b"\x00\xff").decode(), "datacontenttype": "image/png"}, b"\x00\xff"),
        ({}, b""),
        ({"data": None}, b"null"),
    ],
)
def test_structured_mode_becomes_binary(payload: dict[str, object], data: bytes) -> None:
    assert decode(STRUCTURED, json.dumps({**MESSAGE, **payload}).encode()).data == data


def test_structured_extensions_become_text() -> None:
    event = decode(STRUCTURED, json.dumps({**MESSAGE, "number": 7, "flag": True, "gone": None}).encode())
    assert (event.attributes["number"], event.attributes["flag"]) == ("7", "true")
    assert "gone" not in event.attributes


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        ({}, b"{}", "needs specversion, id, source, type"),
        ({**BINARY, "ce-id": ""}, b"", "needs id"),
        ({**BINARY, "ce-specversion": "0.3"}, b"", "not 1.0"),
        ({**BINARY, "ce-subject": ""}, b"", "subject"),
        ({"content-type": "application/cloudevents-batch+json"}, b"[]", "batches"),
        (STRUCTURED, b"{", "not JSON"),
        (STRUCTURED, b"[]", "no JSON object"),
        (STRUCTURED, json.dumps({**MESSAGE, "data_base64": "%"}).encode(), "base64"),
    ],
)
def test_what_is_no_event_is_refused(headers: dict[str, str], body: bytes, why: str) -> None:
    with pytest.raises(InvalidEventError, match=why):
        decode(CIMultiDict(headers), body)


def test_copies_leave_the_original_alone() -> None:
    event = Event({"id": "1", "x": "y"})
    assert event.having({"id": "2"}).without("x").attributes == {"id": "2"}
    assert event.attributes == {"id": "1", "x": "y"}
