"""One language's way to say numbers, durations and phrases. Nothing that is said is markup: no name can break it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ahorrater.domain.wording import DECIMAL_SIGN, Language

MAX_TEXT_UNITS = 4096
"""Telegram's limit of a text message, in UTF-16 code units."""
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Speaker:
    """Fills in the phrases of one language. `words`: phrases with names in braces for what is filled in."""

    language: Language
    words: Mapping[str, str]

    def say(self, phrase: str, **filled: object) -> str:
        """The phrase, filled in."""
        return self.words[phrase].format(**filled)

    def number(self, value: float, decimals: int = 1) -> str:
        """`12.3`, or `12,3`; never minus zero."""
        return f"{round(value, decimals) + 0.0:.{decimals}f}".replace(".", DECIMAL_SIGN[self.language])

    def duration(self, seconds: float) -> str:
        """The two largest units: `4.2 s`, `12 min`, `1 h 5 min`, `2 d 3 h`."""
        if seconds < 10:
            return f"{self.number(seconds)} s"
        if seconds < _MINUTE_S:
            return f"{int(seconds)} s"
        if seconds < _HOUR_S:
            return f"{int(seconds // _MINUTE_S)} min"
        if seconds < _DAY_S:
            return f"{int(seconds // _HOUR_S)} h {int(seconds % _HOUR_S // _MINUTE_S)} min"
        return f"{int(seconds // _DAY_S)} d {int(seconds % _DAY_S // _HOUR_S)} h"


def together(node: str, also: Iterable[str]) -> str:
    """The nodes that share the work, the best one first: `a + b + c`."""
    return " + ".join((node, *also))


def shorten(text: str, max_units: int = MAX_TEXT_UNITS) -> str:
    """The text, cut so that it has at most `max_units` UTF-16 code units."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * max_units:
        return text
    return encoded[: 2 * (max_units - 1)].decode("utf-16-le", errors="ignore") + "…"
