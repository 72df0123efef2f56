"""Numbers, ages and moments as people read them."""

import string
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PUNCTUATION = str.maketrans({sign: f"\\{sign}" for sign in string.punctuation})


def duration(seconds: float) -> str:
    """A length of time by its two largest units; their symbols are those of every language."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def decimal(value: float, digits: int, mark: str) -> str:
    """A number with `digits` decimals after `mark`, and never a minus before nothing."""
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.replace(".", mark)


def percent(share: float) -> str:
    """A share of one as a percentage."""
    return f"{share * 100:.0f} %"


def zone(name: str | None) -> ZoneInfo:
    """The reader's time zone; UTC where the browser names none that is known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def wall_clock(moment: datetime, where: ZoneInfo) -> str:
    """The time of day."""
    return moment.astimezone(where).strftime("%H:%M:%S")


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return text.translate(_PUNCTUATION)
