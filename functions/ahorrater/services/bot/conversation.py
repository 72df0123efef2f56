"""Which command does what, who may give it, and in which language it is answered."""

import logging
from dataclasses import dataclass, replace

from ahorrater.contracts.errors import NotFound, Refused, RetryLater
from ahorrater.domain.bot_wording import BOT_WORDS
from ahorrater.domain.buttons import Button, row
from ahorrater.domain.speaking import Speaker, shorten
from ahorrater.domain.wording import Language
from ahorrater.services.bot.cluster import ClusterTalk
from ahorrater.services.bot.energy import EnergyTalk
from ahorrater.services.bot.fuel import FuelTalk
from ahorrater.services.bot.ports import Languages
from ahorrater.services.bot.status import StatusTalk
from ahorrater.services.bot.steering import SteeringTalk
from ahorrater.services.bot.talk import Answer, Asked, Handler, Question, away_text

CHANGING = frozenset({"pause", "resume", "approve", "veto"})
"""What only those may say who may change things."""
MAX_CAPTION_UNITS = 1024
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topics:
    """What can be talked about."""

    status: StatusTalk
    energy: EnergyTalk
    cluster: ClusterTalk
    steering: SteeringTalk
    fuel: FuelTalk


class Conversation:
    """Answers one question after the other; remembers nothing but each chat's language."""

    def __init__(self, topics: Topics, languages: Languages, default: Language) -> None:
        self._topics, self._languages, self._default = topics, languages, default
        self.commands: dict[str, Handler] = {
            "status": topics.status.status,
            "sunny": topics.cluster.sunny,
            "why": topics.energy.why,
            "panels": topics.energy.panels,
            "nodes": topics.cluster.nodes,
            "chart": topics.energy.chart,
            "fuel": topics.fuel.ask,
            "pause": topics.steering.pause,
            "resume": topics.steering.resume,
            "approve": topics.steering.approve,
            "veto": topics.steering.veto,
            "lang": self._lang,
            "help": self._help,
        }

    def answer(self, question: Question) -> Answer | None:
        """The answer; None where nothing was asked. Whatever goes wrong is said: only a bug is not answered for."""
        speaker = self._speaker(question)
        try:
            answer = self._answer(question, speaker)
        except (NotFound, Refused) as refusal:
            answer = Answer(speaker.say("refused", detail=refusal.detail))
        except RetryLater as away:
            logger.warning("a question stays unanswered: %s", away.detail)
            answer = Answer(away_text(speaker, away))
        except Exception:
            logger.exception("a question could not be answered")
            answer = Answer(speaker.say("went-wrong"))
        return None if answer is None else _fitting(answer)

    def _answer(self, question: Question, speaker: Speaker) -> Answer | None:
        if question.place is not None:
            return self._topics.fuel.near(question.place, speaker)
        name, argument = command_of(question.text)
        if name is None:
            return self._help(Asked(speaker, "", question)) if question.alone else None
        handler = self.commands.get(name, self._help if name == "start" else None)
        if handler is None:
            return Answer(speaker.say("unknown-command", command=f"/{name}")) if question.alone else None
        if name in CHANGING and not question.may_change:
            return Answer(speaker.say("not-allowed"))
        if name in CHANGING:
            logger.info("chat %s says /%s %s", question.chat, name, argument[:40])
        return handler(Asked(speaker, argument, question))

    def _lang(self, asked: Asked) -> Answer:
        chosen = next((language for language in Language if language == asked.argument.lower()), None)
        if chosen is None:
            buttons = row(Button("Español", "/lang es"), Button("English", "/lang en"))
            return Answer(asked.speaker.say("lang-which"), buttons)
        self._languages.choose_language(asked.question.chat, chosen)
        return Answer(_speaker(chosen).say("lang-done"))

    def _help(self, asked: Asked) -> Answer:
        lines = [f"/{name} — {what}" for name, what in self.described(asked.speaker.language).items()]
        return Answer("\n".join([asked.speaker.say("about"), *lines]))

    def described(self, language: Language) -> dict[str, str]:
        """Each command and what it is for."""
        return {name: BOT_WORDS[language][f"about-{name}"] for name in self.commands}

    def _speaker(self, question: Question) -> Speaker:
        try:
            return _speaker(question.language or self._languages.language(question.chat) or self._default)
        except RetryLater as away:
            logger.warning("chat %s is answered in the default language: %s", question.chat, away.detail)
            return _speaker(self._default)


def command_of(text: str) -> tuple[str | None, str]:
    """`/Chart@ThisBot 6` is `chart` and `6`; None for what is no command."""
    first, _, rest = text.strip().partition(" ")
    if not first.startswith("/"):
        return None, ""
    return first[1:].partition("@")[0].lower(), " ".join(rest.split())


def _speaker(language: Language) -> Speaker:
    return Speaker(language, BOT_WORDS[language])


def _fitting(answer: Answer) -> Answer:
    """As long as Telegram takes."""
    return replace(answer, text=shorten(answer.text, MAX_CAPTION_UNITS) if answer.png else shorten(answer.text))
