"""The webhook's secret token."""

import re

import pytest

from ahorrater.adapters.functions.access import Forbidden, Unauthorized
from ahorrater.adapters.telegram.webhook import WebhookSecret
from ahorrater.contracts.errors import Problem

SECRET = WebhookSecret("123:token")
HEADER = "x-telegram-bot-api-secret-token"


def test_it_tells_nothing_of_the_token_and_is_as_telegram_wants_it():
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", SECRET.text)
    assert "token" not in SECRET.text
    assert SECRET.text == WebhookSecret("123:token").text != WebhookSecret("124:token").text


def test_telegram_is_let_in():
    SECRET.check({HEADER: SECRET.text})


@pytest.mark.parametrize(
    ("secret", "headers", "problem"),
    [
        (SECRET, {}, Unauthorized),
        (SECRET, {HEADER: ""}, Unauthorized),
        (SECRET, {HEADER: SECRET.text[:-1]}, Forbidden),
        (SECRET, {HEADER: "\u00e9"}, Forbidden),
        (WebhookSecret(""), {HEADER: SECRET.text}, Forbidden),
        (WebhookSecret(""), {}, Unauthorized),
    ],
)
def test_nobody_else_is(secret, headers, problem: type[Problem]):
    with pytest.raises(problem) as refused:
        secret.check(headers)
    assert SECRET.text not in refused.value.detail
