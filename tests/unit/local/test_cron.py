"""Schedules of PingSources."""

from datetime import UTC, datetime

import pytest

from infra.local.pings.cron import Schedule


@pytest.mark.parametrize(
    ("schedule", "moment", "due"),
    [
        ("*/10 * * * * *", "2026-06-01T12:00:00", "2026-06-01T12:00:10"),
        ("*/10 * * * * *", "2026-06-01T12:00:09.999", "2026-06-01T12:00:10"),
        ("*/10 * * * * *", "2026-06-01T23:59:51", "2026-06-02T00:00:00"),
        ("* * * * *", "2026-06-01T12:00:00", "2026-06-01T12:01:00"),
        ("5,35 * * * * *", "2026-06-01T12:00:05", "2026-06-01T12:00:35"),
        ("10/20 * * * * *", "2026-06-01T12:00:31", "2026-06-01T12:00:50"),
        ("0 6-8 * * *", "2026-06-01T08:00:00", "2026-06-02T06:00:00"),
        ("0-30/15 * * * * *", "2026-06-01T12:00:15", "2026-06-01T12:00:30"),
        ("0 0 * * 0", "2026-06-01T12:00:00", "2026-06-07T00:00:00"),
        ("0 0 13 * 5", "2026-06-06T12:00:00", "2026-06-12T00:00:00"),
        ("0 0 29 2 *", "2026-06-01T12:00:00", "2028-02-29T00:00:00"),
        ("30 5 1 1 *", "2026-12-31T23:59:59", "2027-01-01T05:30:00"),
    ],
)
def test_the_next_due_second(schedule: str, moment: str, due: str) -> None:
    assert Schedule.parse(schedule).after(at(moment)) == at(due)


@pytest.mark.parametrize(
    "schedule", ["", "* * * *", "60 * * * * *", "@hourly", "*/0 * * * * *", "5-1 * * * *", "MON * * * *", "0 0 32 * *"]
)
def test_a_wrong_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|is no"):
        Schedule.parse(schedule)


def test_a_day_that_never_comes_is_said() -> None:
    with pytest.raises(ValueError, match="never due"):
        Schedule.parse("0 0 31 2 *").after(at("2026-06-01T12:00:00"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
