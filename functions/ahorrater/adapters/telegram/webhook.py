"""Telegram calls us: the secret that it brings, and how it learns where we are."""

import hashlib
import hmac
from collections.abc import Mapping

from ahorrater.adapters.functions.access import Forbidden, Unauthorized
from ahorrater.adapters.telegram.api import BotApi

PATH = "/telegram/webhook"
ALLOWED_UPDATES = ("message", "callback_query")
MAX_CONNECTIONS = 4
_HEADER = "x-telegram-bot-api-secret-token"


class WebhookSecret:
    """Made of the bot's token, so that there is nothing else to set: whoever knows the one needs not the other."""

    def __init__(self, token: str) -> None:
        self.text = hmac.new(token.encode(), b"ahorrater webhook", hashlib.sha256).hexdigest() if token else ""

    def check(self, headers: Mapping[str, str]) -> None:
        """Raises Unauthorized or Forbidden; without a token nobody is let in. Compared in constant time."""
        given = headers.get(_HEADER, "")
        if not given:
            raise Unauthorized("only Telegram calls this, with its secret token")
        if not self.text or not hmac.compare_digest(given.encode(), self.text.encode()):
            raise Forbidden("that is not the secret token that setWebhook was given")


def announce(api: BotApi, url: str, secret: WebhookSecret) -> None:
    """Tells Telegram where to call. Raises MessengerAway or ChatRefused."""
    api.call(
        lambda bot: bot.set_webhook(
            f"{url.rstrip('/')}{PATH}",
            secret_token=secret.text,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=MAX_CONNECTIONS,
        )
    )
