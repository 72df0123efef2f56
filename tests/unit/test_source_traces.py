"""mqtt-source begins traces, or continues the device's."""

import asyncio

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ahorrater.adapters.mqtt.client import _trace_of
from ahorrater.adapters.mqtt.tracing import TracedSink
from ahorrater.adapters.tracing import SpanKind
from ahorrater.contracts.trace_context import TraceContext
from ahorrater.services.source.events import OutgoingEvent
from tests.unit.source_fakes import NOON, Bench, FakeSink, message

DEVICE = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


def test_a_reading_continues_the_trace_of_the_first_message_that_brings_one():
    bench = Bench()
    messages = [message(1), message(2)._replace(trace=DEVICE), message(3)._replace(trace=TraceContext.begin())]
    asyncio.run(bench.pump.deliver(messages))
    (event,) = bench.sink.accepted
    assert (event.trace.trace_id, event.parent) == (DEVICE.trace_id, DEVICE)
    assert event.trace.span_id != DEVICE.span_id


def test_each_event_without_one_begins_a_trace():
    bench = Bench()
    asyncio.run(bench.pump.deliver([message(1)]))
    asyncio.run(bench.pump.deliver([message(2)]))
    first, second = bench.sink.accepted
    assert first.parent is None
    assert first.trace.trace_id != second.trace.trace_id


@pytest.mark.parametrize(
    ("user_properties", "trace"),
    [
        ([], None),
        ([("colour", "green")], None),
        ([("colour", "green"), ("traceparent", str(DEVICE))], DEVICE),
        ([("traceparent", "nonsense")], None),
    ],
)
def test_the_user_property_of_a_publish(user_properties, trace):
    properties = Properties(PacketTypes.PUBLISH)
    for pair in user_properties:
        properties.UserProperty = pair
    assert _trace_of(properties) == trace
    assert _trace_of(None) is None


@pytest.mark.parametrize(("answers", "error"), [([202], ""), ([503, None, 202], ""), ([503, 400], "400")])
def test_an_event_is_one_span_however_often_it_is_repeated(answers, error):
    spans = []
    event = OutgoingEvent("es.ahorrater.test.v1", "1", NOON, b"{}", parent=DEVICE)
    sink = TracedSink(FakeSink(iter(answers)), spans.append)

    async def repeat():
        for _ in answers:
            await sink.send(event)

    asyncio.run(repeat())
    (span,) = spans
    assert (span.kind, span.context, span.parent) == (SpanKind.PRODUCER, event.trace, DEVICE)
    assert span.error.strip() == error
    assert span.attributes["cloudevents.event_id"] == "1"
