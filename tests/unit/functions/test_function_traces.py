"""Traces: every function continues the trace of the event that it hears, and says so in its spans and log lines."""

import logging

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ahorrater.adapters.functions import Emit, Function, data_of, function
from ahorrater.adapters.tracing.logs import name_trace
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import ClockTick, MoveFailed, NodeHeld
from ahorrater.contracts.trace_context import TraceContext
from ahorrater.domain.decision import Reason
from tests.unit.move_events import failed_move

SENDER = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
NOW = "2026-06-01T12:00:00Z"
FAILED = failed_move(8, "b", "a")
HELD = NodeHeld.model_validate_json(
    f'{{"epoch": 9, "decided_at": "{NOW}", "policy": "thesis", "chosen": "a", "previous": "a", '
    f'"reason": "{Reason.ALL_STALE}", "sentence": "", "parks": []}}'
)


def hear_tick(event):
    logging.getLogger("test").info("working")
    if event.id == "away":
        raise RetryLater("the database is away")
    return Emit(HELD) if event.id == "told" else None


def hear_failure(event):
    data_of(event, MoveFailed)


@pytest.fixture
def spans(monkeypatch):
    ended = []
    monkeypatch.setattr(function, "exporter_of", lambda _service: ended.append)
    return ended


@pytest.fixture
def client(spans):
    served = Function("test", {ClockTick.TYPE: hear_tick, MoveFailed.TYPE: hear_failure})

    async def main(request):
        return await served(request)

    return TestClient(Starlette(routes=[Route("/", main, methods=["POST"])]))


def tell(client, event_id, kind=ClockTick.TYPE, body=b"", **extensions):
    headers = {"ce-id": event_id, "ce-source": "/t", "ce-type": kind, "ce-specversion": "1.0"}
    return client.post(
        "/", headers={**headers, **{f"ce-{name}": text for name, text in extensions.items()}}, content=body
    )


def test_a_reply_comes_from_a_span_below_the_senders(client, spans):
    answer = tell(client, "told", traceparent=str(SENDER), tracestate="vendor=1")
    (span,) = spans
    assert span.parent == SENDER
    assert TraceContext.parse(answer.headers["ce-traceparent"]) == span.context
    assert answer.headers["ce-tracestate"] == "vendor=1"
    assert span.context.trace_id == SENDER.trace_id
    assert span.context.span_id != SENDER.span_id
    assert span.ended_ns >= span.started_ns
    assert span.attributes == {
        "cloudevents.event_id": "told",
        "cloudevents.event_source": "/t",
        "cloudevents.event_type": ClockTick.TYPE,
        "ahorrater.epoch": 9,
        "ahorrater.node": "a",
    }


def test_what_was_heard_is_told_where_nothing_is_replied(client, spans):
    tell(client, "1", MoveFailed.TYPE, FAILED.model_dump_json().encode())
    assert (spans[0].attributes["ahorrater.epoch"], spans[0].attributes["ahorrater.node"]) == (8, "b")


@pytest.mark.parametrize("extensions", [{}, {"traceparent": "00-a-b-01"}])
def test_a_trace_begins_where_none_came(client, spans, extensions):
    tell(client, "quiet", **extensions)
    tell(client, "quiet", **extensions)
    assert [span.parent for span in spans] == [None, None]
    assert spans[0].context.trace_id != spans[1].context.trace_id


def test_what_nobody_samples_is_passed_on_and_not_exported(client, spans):
    unsampled = TraceContext(SENDER.trace_id, SENDER.span_id, sampled=False)
    passed_on = TraceContext.parse(tell(client, "told", traceparent=str(unsampled)).headers["ce-traceparent"])
    assert spans == []
    assert passed_on is not None
    assert (passed_on.trace_id, passed_on.sampled) == (SENDER.trace_id, False)


def test_a_failure_is_in_its_span(client, spans):
    assert tell(client, "away").status_code == 503
    assert spans[0].error == "the database is away"


def test_log_lines_name_the_trace_in_the_handlers_thread_and_at_the_door(client, caplog):
    caplog.handler.addFilter(name_trace)
    with caplog.at_level(logging.INFO):
        tell(client, "away", traceparent=str(SENDER))
        logging.getLogger("test").info("idle")
    traces = {record.getMessage(): record.trace for record in caplog.records if record.name != "httpx"}
    assert traces == {
        "working": f" trace_id={SENDER.trace_id}",
        "POST /: the database is away": f" trace_id={SENDER.trace_id}",
        "idle": "",
    }
