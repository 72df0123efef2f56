"""What a workload says about its own moves: never, not so soon, not so often. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

MOVABLE = "ahorrater.es/movable"
"""Annotation; "false" pins the workload where it is."""
MINIMUM_STAY = "ahorrater.es/minimum-stay"
"""Annotation; how long it stays after a move: `90s`, `30m`, `1h30m`."""
MOVES_A_DAY = "ahorrater.es/move-budget-per-day"
"""Annotation; how many moves it bears in any 24 hours."""
DAY = timedelta(days=1)
_DURATION = re.compile(r"(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_BOOLEANS = {"true": True, "false": False}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StayRules:
    """`unreadable`: what is wrong with an annotation; such a workload is not moved until that is mended."""

    movable: bool = True
    minimum_stay: timedelta = timedelta()
    moves_a_day: int | None = None
    unreadable: str | None = None


NO_RULES = StayRules()


def rules_of(annotations: Mapping[str, str]) -> StayRules:
    """The rules that the annotations give."""
    try:
        return StayRules(
            movable=_read(annotations, MOVABLE, _BOOLEANS.__getitem__, default=True),
            minimum_stay=_read(annotations, MINIMUM_STAY, _duration, default=timedelta()),
            moves_a_day=_read(annotations, MOVES_A_DAY, _count, default=None),
        )
    except ValueError as error:
        return StayRules(unreadable=str(error))


def why_stays(rules: StayRules, moved_at: Sequence[datetime], now: datetime) -> str | None:
    """Why a workload that was moved at those moments is not moved now; None when it may be."""
    if rules.unreadable:
        return rules.unreadable
    if not rules.movable:
        return f"it is pinned ({MOVABLE}: false)"
    if moved_at and now - max(moved_at) < rules.minimum_stay:
        return f"it was moved {_words(now - max(moved_at))} ago and stays for {_words(rules.minimum_stay)} at least"
    today = of_a_day(moved_at, now)
    if rules.moves_a_day is not None and len(today) >= rules.moves_a_day:
        return f"it was moved {len(today)} times in 24 hours; its budget is {rules.moves_a_day}"
    return None


def of_a_day(moments: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    """Those of the last 24 hours."""
    return tuple(moment for moment in moments if now - moment < DAY)


def _read(annotations: Mapping[str, str], key: str, parse: Callable[[str], T], *, default: T) -> T:
    if key not in annotations:
        return default
    try:
        return parse(annotations[key])
    except (KeyError, ValueError, OverflowError):
        raise ValueError(f"its annotation {key} cannot be read: {annotations[key]!r}") from None


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _count(text: str) -> int | None:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count


def _words(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.0f} min"
