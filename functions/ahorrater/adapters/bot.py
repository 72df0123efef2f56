"""The bot's door: Telegram's webhook, and the same conversation by HTTP."""

import base64

from ahorrater.adapters.functions import Operation, Params
from ahorrater.adapters.functions.operations import summary_of
from ahorrater.adapters.telegram.webhook import PATH, WebhookSecret
from ahorrater.contracts.base import Contract
from ahorrater.contracts.telegram import BotAnswer, BotButton, BotQuestion, Update
from ahorrater.services.bot.conversation import Conversation
from ahorrater.services.bot.talk import Answer, Question
from ahorrater.services.bot.updates import UpdateDesk

HTTP_CHAT = "http"
"""The chat that people who ask by HTTP are in."""


class Taken(Contract):
    """The update is dealt with."""

    ok: bool = True


def operations(desk: UpdateDesk, secret: WebhookSecret, conversation: Conversation) -> list[Operation]:
    """The paths."""

    def webhook(_: Params, update: Update) -> Taken:
        """One update, from Telegram."""
        desk.take(update)
        return Taken()

    def ask(_: Params, question: BotQuestion) -> BotAnswer:
        """What the bot says to a command, as an operator gives it."""
        asked = Question(HTTP_CHAT, question.text, may_change=True, language=question.language)
        return _answered(conversation.answer(asked))

    return [
        Operation(
            "POST", PATH, summary_of(webhook), webhook, Taken, body=Update, problems=(401, 403, 503), guard=secret.check
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
