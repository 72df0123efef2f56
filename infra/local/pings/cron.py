"""Cron schedules in UTC, with or without a first field for seconds: `*`, `*/n`, `a`, `a-b`, `a-b/n` and lists of them.

That is what our PingSources use; names of months, `L`, `#` and descriptors such as @hourly are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

_FIELDS = (
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("weekday", 0, 6),
)
_PART = re.compile(r"^(?:\*|(?P<low>\d+)(?:-(?P<high>\d+))?)(?:/(?P<step>\d+))?$")
_SEARCHED_DAYS = 366 * 4 + 1
"""Far enough for a 29 February."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The seconds at which something is due."""

    text: str
    second: frozenset[int]
    minute: frozenset[int]
    hour: frozenset[int]
    day: frozenset[int]
    month: frozenset[int]
    weekday: frozenset[int]
    either_day: bool
    """Day and weekday are both restricted: then one of them is enough (cron's old rule)."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The schedule of 5 fields, or 6 with the seconds first. Raises ValueError saying which field is wrong."""
        fields = text.split()
        if len(fields) == len(_FIELDS) - 1:
            fields = ["0", *fields]
        if len(fields) != len(_FIELDS):
            raise ValueError(f"schedule {text!r}: 5 fields are needed, or 6 with the seconds first")
        values = {
            name: _values(name, low, high, field) for (name, low, high), field in zip(_FIELDS, fields, strict=True)
        }
        restricted = not fields[3].startswith("*") and not fields[5].startswith("*")
        return cls(text=text, either_day=restricted, **values)

    def after(self, moment: datetime) -> datetime:
        """The first due second later than `moment` (UTC). Raises ValueError if none comes within four years."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        for days in range(_SEARCHED_DAYS):
            date = (start + timedelta(days=days)).replace(hour=0, minute=0, second=0)
            if self._on(date):
                due = next((time for time in self._times(date) if time >= start), None)
                if due is not None:
                    return due
        raise ValueError(f"schedule {self.text!r} is never due")

    def _on(self, date: datetime) -> bool:
        by_day, by_weekday = date.day in self.day, (date.weekday() + 1) % 7 in self.weekday
        return date.month in self.month and ((by_day or by_weekday) if self.either_day else (by_day and by_weekday))

    def _times(self, date: datetime) -> Iterator[datetime]:
        for hour in sorted(self.hour):
            for minute in sorted(self.minute):
                for second in sorted(self.second):
                    yield date.replace(hour=hour, minute=minute, second=second)


def _values(name: str, low: int, high: int, field: str) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _part(name, low, high, part))


def _part(name: str, low: int, high: int, part: str) -> range:
    match = _PART.match(part)
    if match is None:
        raise ValueError(f"{part!r} is no {name}: use *, */n, a number, a range or a list of them")
    step = int(match["step"] or 1)
    first = low if match["low"] is None else int(match["low"])
    last = high if match["low"] is None or (match["step"] and match["high"] is None) else int(match["high"] or first)
    if step < 1 or not low <= first <= last <= high:
        raise ValueError(f"{part!r} is no {name}: it must be within {low} and {high}")
    return range(first, last + 1, step)
