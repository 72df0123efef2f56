"""The bot's door: Telegram's webhook, and the same conversation where there is no Telegram."""

import base64
from typing import Annotated

from pydantic import StringConstraints
from starlette.responses import Response

from ahorrater.adapters.functions import Operation, Params
from ahorrater.adapters.functions.operations import summary_of
from ahorrater.adapters.telegram.outbox import Outbox
from ahorrater.adapters.telegram.page import page
from ahorrater.adapters.telegram.webhook import PATH, WebhookSecret
from ahorrater.contracts.base import Contract
from ahorrater.contracts.telegram import BotAnswer, BotButton, BotQuestion, OutboxMessage, Update
from ahorrater.services.bot.conversation import Conversation
from ahorrater.services.bot.talk import Answer, Question
from ahorrater.services.bot.updates import UpdateDesk

HTTP_CHAT = "http"
"""The chat that people who ask by HTTP are in."""


class Taken(Contract):
    """The update is dealt with."""

    ok: bool = True


class PictureParams(Params):
    """A message of the outbox."""

    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,80}$")]


def operations(desk: UpdateDesk, secret: WebhookSecret, conversation: Conversation, outbox: Outbox) -> list[Operation]:
    """The paths."""
    return [*_telegram(desk, secret), *_without_telegram(conversation, outbox)]


def _telegram(desk: UpdateDesk, secret: WebhookSecret) -> list[Operation]:

    def webhook(_: Params, update: Update) -> Taken:
        """One update, from Telegram."""
        desk.take(update)
        return Taken()

    return [
        Operation(
            "POST", PATH, summary_of(webhook), webhook, Taken, body=Update, problems=(401, 403, 503), guard=secret.check
        )
    ]


def _without_telegram(conversation: Conversation, outbox: Outbox) -> list[Operation]:
    def get_page(_: Params) -> Response:
        """A page that shows what was sent, and asks the bot."""
        return page()

    def get_outbox(_: Params) -> list[OutboxMessage]:
        """The newest messages that were written to the outbox folder."""
        return outbox.newest()

    def get_picture(params: PictureParams) -> Response:
        """The picture of one of them."""
        return Response(outbox.picture(params.name), media_type="image/png")

    def ask(_: Params, question: BotQuestion) -> BotAnswer:
        """What the bot says to a command, as an operator gives it."""
        asked = Question(HTTP_CHAT, question.text, may_change=True, language=question.language)
        return _answered(conversation.answer(asked))

    return [
        Operation("GET", "/", summary_of(get_page), get_page, str, media_type="text/html"),
        Operation("GET", "/rest/outbox", summary_of(get_outbox), get_outbox, list[OutboxMessage]),
        Operation(
            "GET",
            "/rest/outbox/{name}",
            summary_of(get_picture),
            get_picture,
            bytes,
            PictureParams,
            problems=(404,),
            media_type="image/png",
        ),
        Operation("POST", "/rest/ask", summary_of(ask), ask, BotAnswer, body=BotQuestion, guarded=True),
    ]


def _answered(answer: Answer | None) -> BotAnswer:
    if answer is None:
        return BotAnswer(text="")
    buttons = tuple(
        tuple(BotButton(label=button.label, command=button.command) for button in row) for row in answer.buttons
    )
    png = None if answer.png is None else base64.b64encode(answer.png).decode()
    return BotAnswer(text=answer.text, buttons=buttons, png=png)
