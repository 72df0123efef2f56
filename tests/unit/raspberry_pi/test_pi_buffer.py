"""Readings on disk, their times, and what is said about them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.contracts.readings import Telemetry
from ahorrater_device.buffer import Buffer, Reading
from ahorrater_device.clock import Moment, utc_of
from ahorrater_device.messages import Command, parse_command, telemetry
from ahorrater_device.sampler import Measurement
from ahorrater_device.settings import Settings, read_settings

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
MEASUREMENT = Measurement(18.24, 1.93, 35.2032, overflow=False)


def reading(seq: int) -> Reading:
    return Reading(3, seq, Moment("a", 100.0, NOON), MEASUREMENT)


def test_readings_survive_a_restart_in_order(tmp_path: Path):
    first = Buffer(tmp_path / "readings.db")
    for seq in range(5):
        first.push(reading(seq))
    first.close()
    again = Buffer(tmp_path / "readings.db")
    assert len(again) == 5
    rows = again.after(0, 10)
    assert [entry.seq for _, entry in rows] == [0, 1, 2, 3, 4]
    assert rows[0][1] == reading(0)
    again.forget(rows[0][0])
    assert [entry.seq for _, entry in again.after(rows[1][0], 2)] == [2, 3]
    assert len(again) == 4


def test_a_boot_number_is_never_used_again(tmp_path: Path):
    assert [Buffer(tmp_path / "readings.db").next_boot() for _ in range(3)] == [1, 2, 3]


def test_the_interval_that_people_asked_for_is_kept(tmp_path: Path):
    assert Buffer(tmp_path / "readings.db").kept_interval_s() is None
    Buffer(tmp_path / "readings.db").keep_interval(0.4)
    assert Buffer(tmp_path / "readings.db").kept_interval_s() == 0.4


def test_at_the_limit_the_oldest_go_and_are_counted(tmp_path: Path):
    buffer = Buffer(tmp_path / "readings.db", max_readings=10)
    for seq in range(25):
        buffer.push(reading(seq))
    assert [entry.seq for _, entry in buffer.after(0, 100)] == list(range(15, 25))
    assert buffer.dropped == 15


@pytest.mark.parametrize(
    ("measured", "now", "expected"),
    [
        pytest.param(Moment("a", 100, NOON), Moment("a", 200, NOON + timedelta(hours=9)), NOON, id="known then"),
        pytest.param(
            Moment("a", 100, None), Moment("a", 200, NOON), NOON - timedelta(seconds=100), id="known by what passed"
        ),
        pytest.param(Moment("a", 100, None), Moment("a", 200, None), None, id="still unknown"),
        pytest.param(Moment("a", 100, None), Moment("b", 200, NOON), None, id="another start of the machine"),
    ],
)
def test_when_it_was_measured(measured: Moment, now: Moment, expected: datetime | None):
    assert utc_of(measured, now) == expected


@given(
    st.floats(0, 26), st.floats(-3.2, 3.2), st.booleans(), st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
)
def test_what_is_said_is_what_the_contract_takes(
    voltage_v: float, current_a: float, overflow: bool, utc: datetime | None
):
    measurement = Measurement(voltage_v, current_a, voltage_v * current_a, overflow)
    said = telemetry(Reading(1, 2, Moment("a", 1.0, utc), measurement), Moment("a", 2.0, None))
    taken = Telemetry.model_validate_json(said)
    assert taken.voltage_v == pytest.approx(voltage_v, abs=1e-4)
    assert (taken.measured_at is None) == (utc is None)


def test_a_reading_reads_like_that():
    assert json.loads(telemetry(reading(7), Moment("a", 1.0, None))) == {
        "boot": 3,
        "seq": 7,
        "measured_at": "2026-06-21T12:00:00.000Z",
        "voltage_v": 18.24,
        "current_a": 1.93,
        "power_w": 35.2032,
        "overflow": False,
    }


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        (b'{"interval_s": 5}', Command(5.0)),
        (b'{"interval_s": 0.2, "restart": false}', Command(0.2)),
        (b'{"restart": true}', Command(None, restart=True)),
    ],
)
def test_commands(payload: bytes, command: Command):
    assert parse_command(payload) == command


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"\xff", b"[]", b"{}", b"null", b'{"explode": 1}', b'{"interval_s": "5"}', b'{"interval_s": 0.1}'),
        *(b'{"interval_s": 3601}', b'{"interval_s": true}', b'{"interval_s": NaN}', b'{"restart": 1}', b"[" * 100_000),
    ],
)
def test_what_is_no_command_says_why(payload: bytes):
    with pytest.raises(ValueError, match=r"."):
        parse_command(payload)


def test_settings_name_what_is_missing():
    with pytest.raises(ValueError, match="NODE and MQTT_HOST"):
        read_settings({})
    with pytest.raises(ValueError, match="SHUNT_OHM"):
        read_settings({"NODE": "a", "MQTT_HOST": "b", "SHUNT_OHM": "0"})
    assert read_settings({"NODE": "a", "MQTT_HOST": "b", "I2C_ADDRESS": "0x41"}) == Settings("a", "b", i2c_address=0x41)
