"""What MQTT messages mean."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.services.source.messages import Cause, Interpreter, Sorted
from tests.unit.source_fakes import NOON, message, payload

ANY_PARK = Interpreter((), max_payload_bytes=1000)


@pytest.mark.parametrize(
    ("topic", "body", "cause", "reason"),
    [
        ("ahorrater/v1/w/telemetry", b"{", Cause.INVALID, "Invalid JSON"),
        ("ahorrater/v1/w/telemetry", b"null", Cause.INVALID, "payload: Input should be"),
        ("ahorrater/v1/w/telemetry", b"x" * 1001, Cause.TOO_LARGE, "1001 bytes; a message may have 1000"),
        ("ahorrater/v1/w/telemetry", payload(1, node="v"), Cause.NODE_MISMATCH, "'v', the topic 'w'"),
        ("ahorrater/v1/w/telemetry", payload(1, boot=True), Cause.INVALID, "boot: "),
        ("ahorrater/v1/w/telemetry", payload(1, battery_soc=1.01), Cause.INVALID, "battery_soc: "),
        ("ahorrater/v1/w/status", b'{"status": "online"}', Cause.INVALID, "boot: Field required"),
        ("ahorrater/v1/w/status", b"x" * 1001, Cause.TOO_LARGE, "1001 bytes"),
        ("ahorrater/v1/W/telemetry", payload(1), Cause.BAD_TOPIC, "names no Kubernetes node"),
        ("ahorrater/v1//telemetry", payload(1), Cause.BAD_TOPIC, "names no Kubernetes node"),
        ("ahorrater/v1/w/info", payload(1), Cause.BAD_TOPIC, "is not ahorrater/v1/<node>/telemetry or /status"),
        ("ahorrater/v1/w", payload(1), Cause.BAD_TOPIC, "is not ahorrater/v1/<node>/telemetry or /status"),
        ("ahorrater/v2/w/telemetry", payload(1), Cause.BAD_TOPIC, "not under ahorrater/v1/"),
    ],
)
def test_what_is_refused_and_why(topic: str, body: bytes, cause: Cause, reason: str):
    (refusal,) = ANY_PARK.sort([message(1, body, topic=topic)]).refusals
    assert refusal.cause is cause
    assert reason in refusal.letter.reason
    assert refusal.letter.topic == topic
    assert refusal.letter.received_at == NOON


def test_only_known_parks_are_taken():
    interpreter = Interpreter({"a"}, max_payload_bytes=1000)
    batch = interpreter.sort([message(1, topic=f"ahorrater/v1/{node}/telemetry") for node in ("a", "b", "a", "b")])
    assert [one.reading.node for one in batch.taken] == ["a", "a"]
    assert [one.cause for one in batch.refusals] == [Cause.UNKNOWN_NODE, Cause.UNKNOWN_NODE]


def test_a_reading_keeps_its_own_time_and_gets_the_receipt_time_without_one():
    own = message(1, payload(1, measured_at="2026-06-01T13:30:00+02:00"))
    batch = ANY_PARK.sort([own, message(2)])
    with_time, without = [one.reading for one in batch.taken]
    assert (with_time.measured_at, with_time.measured_at_receipt) == (datetime(2026, 6, 1, 11, 30, tzinfo=UTC), False)
    assert (without.measured_at, without.measured_at_receipt) == (NOON, True)


def test_a_payload_is_cut_and_made_text():
    (refusal,) = ANY_PARK.sort([message(1, b"\xff\0" + b"x" * 5000)]).refusals
    assert refusal.letter.payload == "\ufffd\ufffd" + "x" * 4094


def test_a_cleared_status_is_nothing():
    batch = ANY_PARK.sort([message(1, b"", topic="ahorrater/v1/w/status")])
    assert batch == Sorted()


@given(st.lists(st.tuples(st.text(max_size=60), st.binary(max_size=200), st.booleans()), max_size=5))
def test_nothing_that_arrives_makes_it_fail(arrivals: list[tuple[str, bytes, bool]]):
    messages = [message(mid, body, topic=topic, retained=kept) for mid, (topic, body, kept) in enumerate(arrivals)]
    assert len(ANY_PARK.sort(messages).refusals) == len(messages)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.just(b"[" * 300))
def test_no_payload_makes_it_fail(body: bytes):
    for kind in ("telemetry", "status"):
        batch = ANY_PARK.sort([message(1, body, topic=f"ahorrater/v1/w/{kind}")])
        for refusal in batch.refusals:
            refusal.letter.model_dump_json().encode()
