"""The load driver's pure parts: schedules, packets, k6's summary, the knee, the report."""

import math
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest

from tests.load.http_load import k6
from tests.load.mqtt_load import packets
from tests.load.mqtt_load.saturation import Step, histogram, knee, quantile
from tests.load.mqtt_load.schedule import Schedule
from tests.load.results import Circumstances, Readings, Results


def test_every_reading_of_a_schedule_is_due_once_and_in_time() -> None:
    schedule = Schedule(devices=3, rate=10, seconds=2)
    due = sorted(schedule.due_s(device, seq) for device in range(3) for seq in range(schedule.of_device(device)))
    assert due == pytest.approx([number / 10 for number in range(20)])


@pytest.mark.parametrize(("elapsed_s", "due"), [(-1.0, 0), (0.0, 1), (0.05, 1), (0.15, 2), (1.85, 19), (99.0, 20)])
def test_what_is_due_depends_on_the_time_only(elapsed_s: float, due: int) -> None:
    assert Schedule(devices=3, rate=10, seconds=2).due_by(elapsed_s) == due


@pytest.mark.parametrize("length", [0, 100, 127, 128, 16_383, 16_384])
def test_packets_have_the_lengths_that_they_say(length: int) -> None:
    payload = b"x" * length
    packet = packets.publish("a/b", 7, payload)
    digits = next(place for place in range(1, 5) if packet[place] < 128)
    told = sum((packet[place] & 127) << 7 * (place - 1) for place in range(1, digits + 1))
    assert told == len(packet) - 1 - digits
    assert packet[0] == mqtt.PUBLISH | 1 << 1
    assert packet[1 + digits :] == b"\0\3a/b\0\7" + payload


SUMMARY = {
    "metrics": {
        "http_reqs": {"values": {"count": 20, "rate": 10.0}},
        "checks": {"values": {"passes": 18, "fails": 2}, "thresholds": {"rate==1": {"ok": False}}},
        "http_req_duration": {"values": {"med": 1.0, "p(95)": 2.0, "p(99)": 3.0, "max": 4.0}},
        "http_req_duration{scenario:after}": {"values": {"p(95)": 5.0}, "thresholds": {"p(95)<1000": {"ok": True}}},
    }
}


def test_k6_s_summary_is_read() -> None:
    assert k6.summary(SUMMARY) == k6.Summary(
        requests=20, failed=2, not_sent=0, rate=10.0, p50_ms=1.0, p95_ms=2.0, p99_ms=3.0, longest_ms=4.0, held=False
    )
    assert k6.p95_ms(SUMMARY, "after") == 5.0


def step(rate: float, p99_s: float = 0.1, stored: int = 100) -> Step:
    return Step(rate, 100, 100, stored, 0, 0, 0.0, p99_s / 3, p99_s / 2, p99_s, p99_s, 0.0, histogram([p99_s]))


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([step(100), step(200)], 200),
        ([step(100), step(200, p99_s=1.5)], 100),
        ([step(100), step(200, stored=99)], 100),
        ([step(400), step(100), step(200, p99_s=1.5)], 100),
        ([step(100, p99_s=math.inf)], None),
    ],
)
def test_the_knee_is_the_highest_rate_below_the_first_that_breaks(steps: list[Step], found: float | None) -> None:
    assert knee(steps) == found


def test_quantiles_and_histograms() -> None:
    assert [quantile(range(1, 101), share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    counts = {bound: count for bound, count in histogram([0.001, 0.01, 0.011, 4, 900]).items() if count}
    assert counts == {"10": 2, "20": 1, "5000": 1, "inf": 1}


def test_lost_readings_are_a_trouble() -> None:
    circumstances = Circumstances(datetime(2026, 6, 21, tzinfo=UTC), {}, (0.0, 1.0))
    found = Results(readings=Readings(circumstances, [step(100), step(200, stored=98)]))
    assert found.troubles() == ["200 readings/s: 2 of 100 were lost"]
