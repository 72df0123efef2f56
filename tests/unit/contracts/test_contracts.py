"""The contracts: what they take, what they refuse, and that the exported schemas and golden events say the same."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ahorrater.contracts.events import EVENTS, ReadingReceived, StatusMessage
from ahorrater.contracts.golden import golden_events
from ahorrater.contracts.readings import Reading, Telemetry
from ahorrater.contracts.schemas import FOLDER, schemas

BY_TYPE = {event.TYPE: event for event in EVENTS}
GOOD = {
    "node": "tfgrj2",
    "boot": 1,
    "seq": 2,
    "measured_at": "2026-06-01T12:00:00+02:00",
    "voltage_v": 12,
    "current_a": 1,
}


def test_the_exported_schemas_are_those_of_the_models():
    exported = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    assert exported == schemas(), "run `ahorrater schemas`"


def test_every_event_has_a_golden_example():
    assert {event["type"] for event in golden_events()} == set(BY_TYPE)


@pytest.mark.parametrize("event", golden_events(), ids=lambda event: event["type"])
def test_golden_events_are_taken_and_come_out_the_same(event):
    model = BY_TYPE[event["type"]].model_validate_json(json.dumps(event["data"]))
    assert json.loads(model.model_dump_json()) == event["data"]
    jsonschema.validate(event["data"], schemas()[f"{event['type']}.json"], cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("event", golden_events(), ids=lambda event: event["type"])
def test_nothing_unknown_is_taken(event):
    with pytest.raises(ValidationError, match="extra"):
        BY_TYPE[event["type"]].model_validate_json(json.dumps({**event["data"], "surprise": 1}))


@pytest.mark.parametrize(
    "change",
    [
        {"voltage_v": 26.0001},
        {"voltage_v": -0.1},
        {"voltage_v": "12"},
        {"voltage_v": None},
        {"voltage_v": True},
        {"current_a": 3.21},
        {"current_a": -3.21},
        {"power_w": 83.3},
        {"battery_soc": 1.1},
        {"boot": -1},
        {"boot": 1.5},
        {"boot": "1"},
        {"seq": -1},
        {"seq": 2**53},
        {"node": ""},
        {"node": "UPPER"},
        {"node": "a/b"},
        {"node": "../etc"},
        {"node": "a" * 254},
        {"node": "tfgrj2\n"},
        {"measured_at": "2026-06-01T12:00:00"},
        {"measured_at": "yesterday"},
        {"measured_at": "0001-01-01T00:00:00+10:00"},
        {"measured_at": 1780300800},
        {"overflow": "no"},
        {"surprise": 1},
    ],
    ids=str,
)
def test_what_a_reading_may_not_be(change):
    with pytest.raises(ValidationError):
        Reading.model_validate_json(json.dumps({**GOOD, **change}))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_only_finite_numbers(value):
    text = json.dumps(GOOD).replace('"voltage_v": 12', f'"voltage_v": {value}')
    with pytest.raises(ValidationError):
        Reading.model_validate_json(text)


def test_edges_are_in():
    edge = Reading.model_validate_json(json.dumps({**GOOD, "voltage_v": 26, "current_a": -3.2, "battery_soc": 0}))
    assert edge.watts == pytest.approx(-83.2)
    assert edge.measured_at.isoformat() == "2026-06-01T10:00:00+00:00"


def test_a_contract_is_frozen():
    with pytest.raises(ValidationError):
        Reading.model_validate_json(json.dumps(GOOD)).seq = 3


def test_a_device_that_does_not_know_the_time_gets_the_receipt_and_a_mark():
    moment = Reading.model_validate_json(json.dumps(GOOD)).measured_at
    telemetry = Telemetry.model_validate_json('{"boot":1,"seq":1,"measured_at":null,"voltage_v":10,"current_a":2}')
    reading = Reading.of("tfgrj2", telemetry, moment)
    assert (reading.measured_at, reading.measured_at_receipt, reading.power_w) == (moment, True, 20)
    assert Reading.model_validate_json(reading.model_dump_json()) == reading


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('{"status": "online", "boot": 3}', True),
        ('{"status": "asleep", "boot": 3}', False),
        ('"online"', False),
        ("", False),
    ],
)
def test_status_messages(text, good):
    if good:
        assert StatusMessage.model_validate_json(text).boot == 3
    else:
        with pytest.raises(ValidationError):
            StatusMessage.model_validate_json(text)


def test_an_event_carries_one_reading_at_least():
    with pytest.raises(ValidationError):
        ReadingReceived.model_validate_json('{"readings": []}')


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_do_more_than_be_refused(data):
    for event in EVENTS:
        try:
            event.model_validate_json(data)
        except ValidationError:
            continue


readings = st.builds(
    dict,
    node=st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True),
    boot=st.integers(0, 2**31 - 1),
    seq=st.integers(0, 2**53 - 1),
    measured_at=st.none() | st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    voltage_v=st.floats(0, 26),
    current_a=st.floats(-3.2, 3.2),
    battery_soc=st.none() | st.floats(0, 1),
    overflow=st.booleans(),
)


@given(st.lists(readings, min_size=1, max_size=5))
def test_good_readings_survive_the_wire(documents):
    event = ReadingReceived.model_validate_json(json.dumps({"readings": documents}))
    assert ReadingReceived.model_validate_json(event.model_dump_json()) == event
