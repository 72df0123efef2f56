"""News as one plain text for people. Nothing in it is markup, so no name can break it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorrater.domain.news import Chosen, Contact, Failed, News, Relabelled, Silence
from ahorrater.domain.wording import DECIMAL_SIGN, WORDS, Language

MAX_TEXT_UNITS = 4096
"""Telegram's limit of a text message, in UTF-16 code units."""
MAX_NAMES = 10
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Item:
    """The newest state of one matter, standing for `times` pieces of news, the newest of them at `latest`."""

    news: News
    times: int
    latest: datetime


def compose(items: Iterable[Item], language: Language) -> str:
    """All news in one message, in the order in which they came; parks come last, together."""
    ordered = sorted(items, key=lambda item: item.latest)
    writer = _Writer(language)
    contacts = [item.news for item in ordered if isinstance(item.news, Contact)]
    paragraphs = [writer.paragraph(item) for item in ordered if not isinstance(item.news, Contact)]
    paragraphs += writer.contacts(contacts)
    return shorten("\n\n".join(paragraphs), MAX_TEXT_UNITS)


def shorten(text: str, max_units: int) -> str:
    """The text, cut so that it has at most `max_units` UTF-16 code units."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * max_units:
        return text
    return encoded[: 2 * (max_units - 1)].decode("utf-16-le", errors="ignore") + "…"


class _Writer:
    """One language's way to say things."""

    def __init__(self, language: Language) -> None:
        self._words = WORDS[language]
        self._decimal_sign = DECIMAL_SIGN[language]

    def paragraph(self, item: Item) -> str:
        lines = self._lines(item.news)
        if item.times > 1:
            lines.append(self._say("changes", times=item.times))
        return "\n".join(lines)

    def contacts(self, contacts: Sequence[Contact]) -> list[str]:
        lost = [contact for contact in contacts if contact.lost]
        back = [contact for contact in contacts if not contact.lost]
        return [*self._together(lost, self._lost, "lost-many"), *self._together(back, self._back, "back-many")]

    def _lines(self, news: News) -> list[str]:
        match news:
            case Chosen():
                return self._chosen(news)
            case Silence():
                return [self._say("silence-over" if news.over else "silence", node=news.node)]
            case Relabelled():
                return [self._relabelled(news)]
            case Failed():
                return self._failed(news)
            case Contact():
                return [self._lost(news) if news.lost else self._back(news)]

    def _chosen(self, news: Chosen) -> list[str]:
        lines = [
            self._say("chosen", node=news.node, power=self._powers(news)),
            self._say("why", reason=self._words[news.reason]),
        ]
        if news.previous is not None and news.stayed_s is not None:
            lines.append(self._say("stayed", previous=news.previous, duration=self.duration(news.stayed_s)))
        return lines

    def _powers(self, news: Chosen) -> str:
        """Unknown is not zero: what is not known is not said."""
        if news.power_w is None:
            return ""
        power = self.number(news.power_w)
        if news.previous is None or news.previous_power_w is None:
            return self._say("power", power=power)
        return self._say(
            "power-both", power=power, previous=news.previous, previous_power=self.number(news.previous_power_w)
        )

    def _relabelled(self, news: Relabelled) -> str:
        if news.recommended_only:
            return self._say("recommended", node=news.node, pods=self._count("would", news.pods_moved))
        pods = self._count("pods", news.pods_moved)
        return self._say("relabelled", node=news.node, pods=pods, duration=self.duration(news.duration_s))

    def _failed(self, news: Failed) -> list[str]:
        reason = self._words.get(news.reason, self._words["reason-unknown"])
        first = self._say("failed", node=news.node, duration=self.duration(news.duration_s), reason=reason)
        if not news.undone:
            return [first, self._say("failed-not-undone")]
        if news.previous is None:
            return [first, self._say("failed-undone-nowhere")]
        return [first, self._say("failed-undone", previous=news.previous)]

    def _lost(self, news: Contact) -> str:
        return self._say("lost", node=news.node)

    def _back(self, news: Contact) -> str:
        if news.away_s is None:
            return self._say("back", node=news.node)
        return self._say("back-after", node=news.node, duration=self.duration(news.away_s))

    def _together(self, contacts: Sequence[Contact], one: Callable[[Contact], str], many: str) -> list[str]:
        if len(contacts) <= 2:
            return [one(contact) for contact in contacts]
        nodes = ", ".join(contact.node for contact in contacts[:MAX_NAMES])
        if len(contacts) > MAX_NAMES:
            nodes = self._say("and-more", nodes=nodes, count=len(contacts) - MAX_NAMES)
        return [self._say(many, count=len(contacts), nodes=nodes)]

    def _count(self, what: str, count: int) -> str:
        plural = {0: "none", 1: "one"}.get(count, "many")
        return self._say(f"{what}-{plural}", count=count)

    def number(self, value: float) -> str:
        return f"{value:.1f}".replace(".", self._decimal_sign)

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

    def _say(self, key: str, **filled: object) -> str:
        return self._words[key].format(**filled)
