"""News as one plain text for people, and the buttons under it."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ahorrater.domain.buttons import Button, Rows, row
from ahorrater.domain.news import Chosen, Contact, Digest, Failed, News, Relabelled, Silence
from ahorrater.domain.speaking import Speaker, shorten, together
from ahorrater.domain.wording import WORDS, Language

MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class Item:
    """The newest state of one matter, standing for `times` pieces of news, the newest of them at `latest`."""

    news: News
    times: int
    latest: datetime


def compose(items: Iterable[Item], language: Language) -> str:
    """All news in one message, in the order in which they came; parks come last, together."""
    ordered = sorted(items, key=lambda item: item.latest)
    recommended = {one.news.node for one in ordered if isinstance(one.news, Relabelled) and one.news.recommended_only}
    writer = _Writer(Speaker(language, WORDS[language]), recommended)
    contacts = [item.news for item in ordered if isinstance(item.news, Contact)]
    paragraphs = [writer.paragraph(item) for item in ordered if not isinstance(item.news, Contact)]
    paragraphs += writer.contacts(contacts)
    return shorten("\n\n".join(paragraphs))


def buttons_under(items: Iterable[Item], language: Language) -> Rows:
    """What can be answered to the news at once: to approve or to veto what is recommended and not done yet."""
    moves = [item.news for item in items if isinstance(item.news, Relabelled) and item.news.epoch is not None]
    newest = max(moves, key=lambda news: (news.epoch, not news.recommended_only), default=None)
    if newest is None or newest.epoch is None or not newest.recommended_only:
        return ()
    return judging(newest.epoch, language)


def judging(epoch: int, language: Language) -> Rows:
    """The buttons that judge a recommendation: commands of the bot."""
    words = WORDS[language]
    return row(Button(words["approve"], f"/approve {epoch}"), Button(words["veto"], f"/veto {epoch}"))


class _Writer:
    """Says each kind of news. `recommended`: nodes that the work does not go to before people say so."""

    def __init__(self, speaker: Speaker, recommended: Container[str]) -> None:
        self._speaker = speaker
        self._recommended = recommended
        self._words = speaker.words
        self._say, self._number, self._duration = speaker.say, speaker.number, speaker.duration

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
            case Digest():
                return self._digest(news)
            case Contact():
                return [self._lost(news) if news.lost else self._back(news)]

    def _chosen(self, news: Chosen) -> list[str]:
        only_recommended = news.node in self._recommended
        lines = [
            self._say("preferred" if only_recommended else "chosen", node=news.node, power=self._powers(news)),
            self._say("why", reason=self._words[news.reason]),
        ]
        if news.previous is not None and news.stayed_s is not None and not only_recommended:
            lines.append(self._say("stayed", previous=news.previous, duration=self._duration(news.stayed_s)))
        return lines

    def _powers(self, news: Chosen) -> str:
        """Unknown is not zero: what is not known is not said."""
        if news.power_w is None:
            return ""
        power = self._number(news.power_w)
        if news.previous is None or news.previous_power_w is None:
            return self._say("power", power=power)
        return self._say(
            "power-both", power=power, previous=news.previous, previous_power=self._number(news.previous_power_w)
        )

    def _relabelled(self, news: Relabelled) -> str:
        nodes = together(news.node, news.also)
        if news.recommended_only:
            return self._say("recommended", node=nodes, pods=self._count("would", news.pods_moved))
        pods, phrase = self._count("pods", news.pods_moved), "relabelled-shared" if news.also else "relabelled"
        return self._say(phrase, node=nodes, pods=pods, duration=self._duration(news.duration_s))

    def _failed(self, news: Failed) -> list[str]:
        reason = self._words.get(news.reason, self._words["reason-unknown"])
        if news.undone and news.previous == news.node:
            return [self._say("failed-share", node=news.node, reason=reason)]
        first = self._say("failed", node=news.node, duration=self._duration(news.duration_s), reason=reason)
        if not news.undone:
            return [first, self._say("failed-not-undone")]
        if news.previous is None:
            return [first, self._say("failed-undone-nowhere")]
        return [first, self._say("failed-undone", previous=news.previous)]

    def _digest(self, news: Digest) -> list[str]:
        lines = [self._say("digest", day=f"{news.day:%d/%m/%Y}"), self._count("digest-moves", news.moves)]
        share = "" if news.share is None else self._say("digest-share", share=self._number(news.share * 100, 0))
        lines.append(self._say("digest-energy", energy=self._number(news.net_wh), share=share))
        more_or_less = "digest-gain" if news.gain_wh >= 0 else "digest-loss"
        lines.append(self._say(more_or_less, gain=self._number(abs(news.gain_wh))))
        return [*lines, self._say("digest-co2", co2=self._number(news.saved_co2_kg * 1000))]

    def _lost(self, news: Contact) -> str:
        return self._say("lost", node=news.node)

    def _back(self, news: Contact) -> str:
        if news.away_s is None:
            return self._say("back", node=news.node)
        return self._say("back-after", node=news.node, duration=self._duration(news.away_s))

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
