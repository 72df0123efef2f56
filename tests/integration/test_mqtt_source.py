"""mqtt-source between a real mosquitto and a real HTTP sink."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ahorrater.adapters.mqtt.paho_loop import READS_A_TURN
from tests.integration.event_sink import EventSink, ReceivedEvent, answer_with, eventually
from tests.integration.mosquitto_server import MosquittoServer
from tests.integration.source_process import Device, SourceProcess, reading


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoServer]:
    with MosquittoServer(tmp_path / "mosquitto") as server:
        yield server


@pytest.fixture
def sink() -> Iterator[EventSink]:
    with EventSink() as server:
        yield server


@pytest.fixture
def source(tmp_path: Path, broker: MosquittoServer, sink: EventSink) -> Iterator[SourceProcess]:
    with SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=sink.url) as process:
        yield process


def test_a_reading_becomes_an_event(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    with Device("worker-1", broker.port) as device:
        device.publish(reading(7, measured_at="2026-06-01T12:00:00+02:00"))
    eventually(sink.readings)
    (event,) = sink.accepted
    assert event.headers["ce-specversion"] == "1.0"
    assert event.headers["ce-type"] == "es.ahorrater.reading.received.v1"
    assert event.headers["content-type"] == "application/json"
    assert event.headers["ce-traceparent"].startswith("00-")
    assert event.data == {
        "readings": [
            {
                "node": "worker-1",
                "boot": 1,
                "seq": 7,
                "measured_at": "2026-06-01T10:00:00Z",
                "voltage_v": 18.0,
                "current_a": 1.5,
                "power_w": 27.0,
            }
        ]
    }


BAD_TELEMETRY = {
    "not JSON": (b"hello", "payload: Invalid JSON"),
    "empty": (b"", "payload: Invalid JSON"),
    "not UTF-8": (b"\xff\xfe\x00", "payload: Invalid JSON"),
    "a list": (b"[1, 2]", "payload: "),
    "a missing field": (b'{"boot": 1, "seq": 2, "voltage_v": 18}', "current_a: Field required"),
    "an unknown field": (reading(2, watts=3).encode(), "watts: "),
    "text for a number": (reading(2, voltage_v="18").encode(), "voltage_v: Input should be a valid number (got '18')"),
    "NaN": (reading(2, voltage_v=float("nan")).encode(), "voltage_v: Input should be a finite number"),
    "infinite": (reading(2, current_a=float("inf")).encode(), "current_a: Input should be a finite number"),
    "too high": (reading(2, voltage_v=27).encode(), "voltage_v: Input should be less than or equal to 26 (got '27')"),
    "too low": (reading(2, current_a=-3.3).encode(), "current_a: Input should be greater than or equal to -3.2"),
    "a negative number of the sequence": (reading(-1).encode(), "seq: "),
    "no offset from UTC": (reading(2, measured_at="2026-06-01T12:00:00").encode(), "measured_at: "),
    "another node": (reading(2, node="worker-2").encode(), "the payload says node 'worker-2', the topic 'worker-1'"),
    "one megabyte": (b"x" * 1_000_000, "1000000 bytes; a message may have 16384"),
    "deep nesting": (b"[" * 10_000, "payload: "),
}


def test_bad_payloads_end_in_the_dead_letters_and_good_ones_pass(
    broker: MosquittoServer, sink: EventSink, source: SourceProcess
):
    with Device("worker-1", broker.port) as device:
        device.read(1)
        for payload, _ in BAD_TELEMETRY.values():
            device.publish(payload)
        device.read(3)
    eventually(lambda: len(sink.rejections()) == len(BAD_TELEMETRY) and len(sink.readings()) == 2)
    assert sink.sequence() == [1, 3]
    for (payload, reason), letter in zip(BAD_TELEMETRY.values(), sink.rejections(), strict=True):
        assert reason in letter["reason"]
        assert letter["topic"] == "ahorrater/v1/worker-1/telemetry"
        assert letter["payload"] == payload[:4096].decode(errors="replace").replace("\0", "\ufffd")
    assert source.metric('mqtt_source_messages_rejected_total{reason="too-large"}') == 1
    assert source.metric('mqtt_source_messages_rejected_total{reason="node-mismatch"}') == 1
    assert source.metric("mqtt_source_readings_accepted_total") == 2


def test_a_topic_that_names_no_node_is_a_dead_letter(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    with Device("Worker_1", broker.port) as device:
        device.read(1)
    eventually(sink.rejections)
    assert "names no Kubernetes node" in sink.rejections()[0]["reason"]


def test_a_node_outside_parks_is_a_dead_letter(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    settings = {"MQTT_PORT": str(broker.port), "K_SINK": sink.url, "PARKS": "worker-1, worker-2"}
    with (
        SourceProcess(tmp_path, **settings),
        Device("worker-9", broker.port) as stranger,
        Device("worker-2", broker.port) as ours,
    ):
        stranger.read(1)
        ours.read(1)
        eventually(lambda: sink.rejections() and sink.readings())
    assert "'worker-9' is not in PARKS" in sink.rejections()[0]["reason"]
    assert [one["node"] for one in sink.readings()] == ["worker-2"]


def test_duplicates_and_reordered_readings_pass_as_they_came(
    broker: MosquittoServer, sink: EventSink, source: SourceProcess
):
    with Device("worker-1", broker.port) as device:
        device.read(5, 3, 3, 4)
    eventually(lambda: len(sink.readings()) == 4)
    assert sink.sequence() == [5, 3, 3, 4]


def test_a_reading_without_time_bears_its_receipt(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    with Device("worker-1", broker.port) as device:
        device.read(1)
    eventually(sink.readings)
    (one,) = sink.readings()
    assert one["measured_at_receipt"] is True
    assert one["measured_at"].endswith("Z")


def test_retained_telemetry_is_no_reading(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    with Device("worker-1", broker.port) as device:
        device.publish(reading(1), retain=True)
        with SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=sink.url) as source:
            device.read(2)
            eventually(sink.readings)
            eventually(lambda: source.metric("mqtt_source_retained_ignored_total") == 1)
    assert sink.sequence() == [2]


def status(state: str, boot: int = 1) -> bytes:
    return f'{{"status": "{state}", "boot": {boot}}}'.encode()


def test_statuses_are_sent_when_they_change(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    with Device("worker-1", broker.port) as device:
        for state in ("online", "online", "sleeping", "online"):
            device.publish(status(state), "status", retain=True)
        device.publish(b'{"status": "dancing", "boot": 1}', "status", retain=True)
        device.publish(b"", "status", retain=True)
        eventually(lambda: len(sink.statuses()) == 3 and sink.rejections())
    assert sink.statuses() == [("worker-1", "online"), ("worker-1", "sleeping"), ("worker-1", "online")]
    assert "status: " in sink.rejections()[0]["reason"]


def test_a_last_will_says_that_a_park_is_offline(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    with Device("worker-1", broker.port, will=status("offline")) as device:
        device.publish(status("online"), "status", retain=True)
        eventually(lambda: sink.statuses() == [("worker-1", "online")])
        device.client.socket().close()
        eventually(lambda: ("worker-1", "offline") in sink.statuses())


def test_a_state_of_before_the_start_is_sent_once(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    with Device("worker-1", broker.port) as device:
        device.publish(status("online"), "status", retain=True)
        with SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=sink.url) as source:
            eventually(sink.statuses)
            broker.restart()
            eventually(lambda: "connection lost" in source.log() and source.is_ready())
            eventually(lambda: source.metric("mqtt_source_messages_received_total") == 2)
    assert sink.statuses() == [("worker-1", "online")]


def test_readings_wait_while_the_sink_is_away(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    sink.answer = answer_with(503)
    with Device("worker-1", broker.port) as device:
        device.read(*range(50))
        device.publish(b"bad")
        eventually(lambda: len(sink.seen) >= 3)
        assert not sink.accepted
        sink.answer = answer_with(202)
        eventually(lambda: len(sink.readings()) == 50 and sink.rejections())
    assert sink.sequence() == list(range(50))
    assert source.metric("mqtt_source_sink_retries_total") >= 3
    assert source.log().count("the sink is not available (503)") == 1


def test_a_dead_sink_that_comes_back_gets_everything(tmp_path: Path, broker: MosquittoServer):
    with (
        EventSink() as first,
        SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=first.url) as source,
        Device("worker-1", broker.port) as device,
    ):
        device.read(1)
        eventually(first.readings)
        first.stop()
        device.read(2, 3)
        eventually(lambda: source.metric("mqtt_source_sink_retries_total") >= 1)
        with EventSink(port=first.port) as second:
            eventually(lambda: 3 in second.sequence())
            assert first.sequence() + second.sequence() == [1, 2, 3]


def test_receive_maximum_is_the_back_pressure(tmp_path: Path, broker: MosquittoServer, sink: EventSink):
    sink.answer = answer_with(503)
    settings = {"MQTT_PORT": str(broker.port), "K_SINK": sink.url, "MQTT_RECEIVE_MAXIMUM": "100"}
    with SourceProcess(tmp_path, **settings) as source, Device("worker-1", broker.port) as device:
        device.read(*range(2000))
        eventually(lambda: len(sink.seen) >= 2)
        assert source.metric("mqtt_source_messages_received_total") <= 100
        sink.answer = answer_with(202)
        eventually(lambda: len(sink.readings()) == 2000)
    assert sink.sequence() == list(range(2000))
    longest = max(len(event.data["readings"]) for event in sink.accepted)
    assert longest <= 2 * 100 + READS_A_TURN  # mosquitto 2.0.11 alone would go on to the end of its queue


def test_a_restart_of_the_broker_while_readings_wait_loses_none(
    broker: MosquittoServer, sink: EventSink, source: SourceProcess
):
    sink.answer = answer_with(503)
    with Device("worker-1", broker.port) as device:
        device.read(*range(300))
    eventually(lambda: sink.seen)
    broker.restart()
    eventually(lambda: "connection lost" in source.log() and source.is_ready())
    sink.answer = answer_with(202)
    with Device("worker-1", broker.port) as device:
        device.read(300)
    eventually(lambda: set(sink.sequence()) == set(range(301)))


def test_only_the_culprits_of_a_refused_batch_are_dead_letters(
    broker: MosquittoServer, sink: EventSink, source: SourceProcess
):
    def refuse_thirteen(event: ReceivedEvent) -> int:
        return 400 if any(one["seq"] == 13 for one in event.data.get("readings", [])) else 202

    sink.answer = answer_with(503)
    with Device("worker-1", broker.port) as device:
        device.read(*range(40))
        sink.answer = refuse_thirteen
        eventually(lambda: len(sink.readings()) == 39 and sink.rejections())
    assert sorted(sink.sequence()) == [seq for seq in range(40) if seq != 13]
    (letter,) = sink.rejections()
    assert "the sink refused it: 400" in letter["reason"]
    assert '"seq": 13' in letter["payload"]


def test_what_is_published_while_the_source_is_away_comes_later(
    tmp_path: Path, broker: MosquittoServer, sink: EventSink
):
    source = SourceProcess(tmp_path, MQTT_PORT=str(broker.port), K_SINK=sink.url)
    with source, Device("worker-1", broker.port) as device:
        device.read(0)
        eventually(sink.readings)
        assert source.terminate() == 0
        device.read(*range(1, 1501))
        broker.restart()
        source.start()
        eventually(lambda: len(sink.readings()) == 1501)
    assert sink.sequence() == list(range(1501))


def test_sigterm_ends_the_post_under_way_and_acknowledges_it(
    broker: MosquittoServer, sink: EventSink, source: SourceProcess
):
    def end_the_source_meanwhile(event: ReceivedEvent) -> int:
        source.process.terminate()
        eventually(lambda: "stopping" in source.log())
        return 202

    sink.answer = end_the_source_meanwhile
    with Device("worker-1", broker.port) as device:
        device.read(1)
        assert source.process.wait(20) == 0
        sink.answer = answer_with(202)
        device.read(2)
        source.start()
        eventually(lambda: 2 in sink.sequence())
    assert sink.sequence() == [1, 2]


def test_sigterm_leaves_what_the_sink_did_not_take(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    sink.answer = answer_with(503)
    with Device("worker-1", broker.port) as device:
        device.read(1)
        eventually(lambda: sink.seen)
        assert source.terminate() == 0
    sink.answer = answer_with(202)
    source.start()
    eventually(lambda: sink.sequence() == [1])


def test_kill_9_in_a_stream_loses_nothing(broker: MosquittoServer, sink: EventSink, source: SourceProcess):
    total = 6000

    def accept_slowly(_event: ReceivedEvent) -> int:
        time.sleep(0.02)
        return 202

    sink.answer = accept_slowly
    with Device("worker-1", broker.port) as device:
        pending = []
        for seq in range(total):
            pending.append(device.client.publish(device.topic("telemetry"), reading(seq), qos=1))
            if seq % 2000 == 1000:
                passed = len(sink.seen)
                eventually(lambda passed=passed: len(sink.seen) > passed)
                source.kill()
                source.start()
        for info in pending:
            info.wait_for_publish(30)
            assert info.is_published()
        eventually(lambda: len(set(sink.sequence())) == total, deadline_s=60)
    assert set(sink.sequence()) == set(range(total))


def test_wrong_settings_say_what_to_set(tmp_path: Path):
    source = SourceProcess(tmp_path, K_SINK="", MQTT_PASSWORD="x")
    source.start(wait=False)
    assert source.process.wait(20) == 2
    assert "k_sink" in source.log()
