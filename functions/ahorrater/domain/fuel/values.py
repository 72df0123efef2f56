"""The feed writes everything as Spanish text: `"1,859"`, `"-3,70"`, `"30/03/2022 0:00:00"`. Here it becomes values."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

MADRID = ZoneInfo("Europe/Madrid")
"""The feed's clock, and the calendar of its prices."""

HISTORY_TIME = time(23, 59)
"""The historical feed gives, for each day, the prices of this time in Madrid."""

_PRICE = re.compile(r"(\d{1,3})(?:[.,](\d{1,3}))?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,]\d{1,12})?", re.ASCII)
_MOMENT = re.compile(r"(\d{2})/(\d{2})/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})", re.ASCII)
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII),
    re.compile(r"(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})", re.ASCII),
)


def price_milli(text: str) -> int:
    """A price in thousandths of a euro, exactly. Raises ValueError for what is no price."""
    match = _PRICE.fullmatch(text.strip())
    milli = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0")) if match else 0
    if milli == 0:
        raise ValueError(f"{text!r} is no price: it must be above 0, with at most three decimals")
    return milli


def euros(milli: int) -> Decimal:
    """Thousandths of a euro as a decimal of euros."""
    return Decimal(milli).scaleb(-3)


def degrees(text: str) -> float | None:
    """A coordinate in degrees; None for what is no number."""
    return float(text.strip().replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def feed_moment(text: str) -> datetime:
    """`Fecha`, Madrid time, as UTC. Raises ValueError for anything else."""
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise ValueError(f"Fecha {text!r} is not dd/mm/yyyy H:MM:SS")
    day, month, year, hour, minute, second = (int(part) for part in match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=MADRID).astimezone(UTC)


def day_of(text: str) -> date:
    """A day as ISO 8601 (2022-03-30) or as the feed's paths have it (30-03-2022). Raises ValueError."""
    for form in _DAYS:
        if match := form.fullmatch(text):
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    raise ValueError(f"{text!r} is no day: write yyyy-mm-dd or dd-mm-yyyy")


def history_moment(day: date) -> datetime:
    """The instant, UTC, whose prices the historical feed gives for a day."""
    return datetime.combine(day, HISTORY_TIME, MADRID).astimezone(UTC)


def madrid_day(moment: datetime) -> date:
    """The day in Madrid of an instant."""
    return moment.astimezone(MADRID).date()
