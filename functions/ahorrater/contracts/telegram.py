"""What Telegram tells the bot, as far as it matters (core.telegram.org/bots/api#update), and what the bot is asked by
HTTP.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ahorrater.contracts.base import Contract
from ahorrater.domain.wording import Language

MAX_ID = 2**53


class TelegramObject(BaseModel):
    """Frozen, and open: Telegram adds fields at will."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, defer_build=True)


TelegramId = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID)]


class Chat(TelegramObject):
    """Where something is said. `type`: private, group, supergroup or channel."""

    id: TelegramId
    type: str = ""


class Sender(TelegramObject):
    """Who says it."""

    id: TelegramId
    is_bot: bool = False


class Location(TelegramObject):
    """A place, degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Message(TelegramObject):
    """A message."""

    message_id: TelegramId
    chat: Chat
    sender: Sender | None = Field(default=None, alias="from")
    text: str | None = None
    location: Location | None = None


class CallbackQuery(TelegramObject):
    """A button that was pressed, under `message`."""

    id: Annotated[str, StringConstraints(max_length=64)]
    sender: Sender = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class Update(TelegramObject):
    """One thing that happened."""

    update_id: Annotated[int, Field(ge=0, le=MAX_ID)]
    message: Message | None = None
    callback_query: CallbackQuery | None = None


class BotQuestion(Contract):
    """What the bot is asked, as if it were said in a chat. `language`: null for the default."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    language: Annotated[Language, Field(strict=False)] | None = None


class BotButton(Contract):
    """A button under an answer, and what pressing it says."""

    label: str
    command: str


class BotAnswer(Contract):
    """What the bot says. `png`: a picture, base64."""

    text: str
    buttons: tuple[tuple[BotButton, ...], ...] = ()
    png: str | None = None


class OutboxMessage(Contract):
    """A message that would have gone to Telegram."""

    name: str
    text: str
    has_picture: bool
