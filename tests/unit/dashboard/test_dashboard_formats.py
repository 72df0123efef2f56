from datetime import UTC, datetime

import pytest

from dashboard.formats import decimal, duration, escape, percent, wall_clock, zone


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (185, "3 min 5 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h 0 min"),
        (7_500, "2 h 5 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d 0 h"),
        (100_000, "1 d 3 h"),
    ],
)
def test_duration_says_the_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "digits", "mark", "text"),
    [(12.345, 1, ".", "12.3"), (12.345, 2, ",", "12,35"), (-0.04, 1, ",", "0,0"), (-1.26, 1, ",", "-1,3")],
)
def test_decimal_uses_the_mark_and_never_minus_zero(value: float, digits: int, mark: str, text: str) -> None:
    assert decimal(value, digits, mark) == text


def test_percent() -> None:
    assert percent(0.644) == "64 %"


def test_wall_clock_is_the_readers() -> None:
    assert wall_clock(datetime(2026, 7, 1, 10, 5, 9, tzinfo=UTC), zone("Europe/Madrid")) == "12:05:09"


@pytest.mark.parametrize("name", [None, "", "Nowhere/Atlantis", "../../etc/passwd"])
def test_an_unknown_zone_is_utc(name: str | None) -> None:
    assert zone(name).key == "UTC"


def test_escaped_text_keeps_no_active_sign() -> None:
    assert escape("<b>*a* :red[x] $y$") == r"\<b\>\*a\* \:red\[x\] \$y\$"
