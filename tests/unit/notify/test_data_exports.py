"""What can be drawn, and that it is drawn."""

import json
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ahorrater.adapters.charts import draw
from ahorrater.contracts.exports import MAX_POINTS, MAX_SERIES, DataExport, TextMessage

AT = "2026-06-01T12:00:00Z"


def export(**document):
    return DataExport.model_validate_json(json.dumps(document))


def line(*points, name="a"):
    return {"name": name, "points": list(points)}


GOOD = [
    {"series": [line([AT, 1.5])]},
    {"series": [line([AT, 1], ["2026-06-01T14:00:00+02:00", None])], "title": "Potencia", "unit": "W"},
    {"series": {"a": [1, 2, None, 3]}},
    {"series": {"a": [0]}, "chat_id": 5},
    {"series": {"a": [1], "b": [None]}, "chat_id": "@canal"},
    {"series": {str(number): [1] for number in range(MAX_SERIES)}},
    {"series": {"a": [1] * (MAX_POINTS // 2), "b": [2] * (MAX_POINTS // 2)}},
    {"series": {"a": [-1e12, 1e12]}},
]
BAD = [
    ({}, "series"),
    ({"series": []}, "series"),
    ({"series": {}}, "series"),
    ({"series": "a"}, "series"),
    ({"series": [line()]}, "points"),
    ({"series": [line([AT, None])]}, "no number"),
    ({"series": {"a": [None, None]}}, "no number"),
    ({"series": [line([AT, 1, 2])]}, "points"),
    ({"series": [line([AT, "1"])]}, "points"),
    ({"series": [line([AT, True])]}, "points"),
    ({"series": [line(["2026-06-01T12:00:00", 1])]}, "timezone"),
    ({"series": [line(["yesterday", 1])]}, "datetime"),
    ({"series": [line(["1969-12-31T23:59:59Z", 1])]}, "between 1970 and 2200"),
    ({"series": [line(["2200-01-01T00:00:00Z", 1])]}, "between 1970 and 2200"),
    ({"series": {"a": [1e13]}}, "less than or equal"),
    ({"series": {"a": [float("nan")]}}, "finite"),
    ({"series": {"a": ["1"]}}, "number"),
    ({"series": {"": [1]}}, "at least 1"),
    ({"series": {"a\nb": [1]}}, "pattern"),
    ({"series": {"a" * 121: [1]}}, "at most 120"),
    ({"series": {"a": [1]}, "title": "a" * 121}, "at most 120"),
    ({"series": {"a": [1]}, "title": "a\x00"}, "pattern"),
    ({"series": {"a": [1]}, "unit": "a" * 21}, "at most 20"),
    ({"series": {"a": [1]}, "colour": "red"}, "colour"),
    ({"series": {"a": [1]}, "chat_id": 1.5}, "chat_id"),
    ({"series": {str(number): [1] for number in range(MAX_SERIES + 1)}}, "at most 20"),
    ({"series": {"a": [1] * (MAX_POINTS + 1)}}, "at most 10000"),
    ({"series": {"a": [1] * MAX_POINTS, "b": [1]}}, "more than 10000"),
    ({"series": [line(*[[AT, 1]] * MAX_POINTS), line([AT, 1])]}, "more than 10000"),
]


@pytest.mark.parametrize("document", GOOD)
def test_what_can_be_drawn(document):
    assert draw(export(**document)).startswith(b"\x89PNG")


@pytest.mark.parametrize(("document", "says"), BAD)
def test_what_cannot_be_drawn_is_said(document, says):
    with pytest.raises(ValidationError, match=says):
        export(**document)


@pytest.mark.parametrize(
    ("text", "good"), [("a", True), ("a" * 4096, True), ("", False), (" \n", False), ("a" * 4097, False), (1, False)]
)
def test_texts(text, good):
    document = json.dumps({"text": text})
    if good:
        assert TextMessage.model_validate_json(document).text == text
    else:
        with pytest.raises(ValidationError):
            TextMessage.model_validate_json(document)


@pytest.mark.parametrize("name", ["$x^2", r"$\frac{", "_hidden", "\u202eright", "☀️", "日本", "%s {}", "$", "\\", "   "])
def test_names_are_drawn_as_they_are(name):
    document = {"series": {name: [1, 2]}, "title": name[:120], "unit": name[:20]}
    assert draw(export(**document)).startswith(b"\x89PNG")


def size(png):
    return struct.unpack(">II", png[16:24])


def test_it_has_the_size_of_a_phone_and_grows_with_its_legend():
    few, many = (draw(export(series={str(number): [1, 2] for number in range(count)})) for count in (1, MAX_SERIES))
    assert size(few) == (1296, 900)
    assert size(many)[0] == 1296
    assert size(many)[1] > 900
    assert max(size(many)) <= 2000


def test_a_gap_is_not_bridged_and_a_lone_point_is_seen():
    whole = draw(export(series={"a": [1, 1, 1, 1, 1]}))
    gap = draw(export(series={"a": [1, 1, None, 1, 1]}))
    lone = draw(export(series={"a": [1] * 50 + [None, 1, None] + [1] * 50}))
    hidden = draw(export(series={"a": [1] * 50 + [None, None, None] + [1] * 50}))
    assert len({whole, gap}) == 2
    assert len({lone, hidden}) == 2


def test_points_may_come_in_any_order_and_the_picture_is_always_the_same():
    points = [[(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)).isoformat(), hour**2] for hour in range(9)]
    assert draw(export(series=[line(*points)])) == draw(export(series=[line(*reversed(points))]))


@pytest.mark.parametrize("span_s", [0, 1e-6, 1, 60, 3600, 86400, 86400 * 30, 86400 * 365, 86400 * 365 * 150])
def test_every_span_of_time_has_an_axis(span_s):
    begin = datetime(2026, 6, 1, tzinfo=UTC)
    end = begin + timedelta(seconds=span_s)
    assert draw(export(series=[line([begin.isoformat(), 1], [end.isoformat(), 2])]))


values = st.lists(st.none() | st.floats(-1e12, 1e12), min_size=1, max_size=30).filter(
    lambda numbers: any(number is not None for number in numbers)
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.from_regex(r"^[^\x00-\x1f\x7f]{1,40}$", fullmatch=True), values, min_size=1, max_size=4))
def test_whatever_the_contract_takes_is_drawn(series):
    assert draw(export(series=series)).startswith(b"\x89PNG")
