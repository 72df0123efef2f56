"""What is asked of the bot and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.buttons import Rows
from ahorrater.domain.fuel.places import Position
from ahorrater.domain.speaking import Speaker
from ahorrater.domain.wording import Language


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody says in a chat: a command, or a place. `alone`: nobody else is in the chat. `language`: where it
    is not the chat's.
    """

    chat: str
    text: str = ""
    place: Position | None = None
    may_change: bool = False
    alone: bool = True
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One message: a text with buttons, or a picture (PNG) with the text as its caption."""

    text: str
    buttons: Rows = ()
    png: bytes | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One command as it is carried out: in whose language, with what behind it, and by whom."""

    speaker: Speaker
    argument: str
    question: Question


Handler = Callable[[Asked], Answer]


def away_text(speaker: Speaker, away: RetryLater) -> str:
    """That something is away, and which function, where that is known."""
    function = getattr(away, "function", None)
    return speaker.say("away" if function else "something-away", function=function)
