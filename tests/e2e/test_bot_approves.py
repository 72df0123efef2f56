"""A person on Telegram lets the first move happen: the whole system, and a Bot API that is not Telegram's."""

import json
from pathlib import Path

import pytest

from tests.e2e.made_up import make_up, until
from tests.integration.notify.fake_bot_api import TOKEN, FakeBotApi, Sent
from tests.unit.bot.test_bot_updates import pressed, said

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
TELEGRAM = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_CHATS": "11", "TELEGRAM_LANGUAGE": "en", "NOTIFY_FOLD_S": "0"}


def test_a_recommendation_is_approved_by_a_button(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("timestamp,a,b,c\n2026-06-01T10:00:00Z,100,10,10\n2026-06-01T10:10:00Z,100,10,10\n")
    with FakeBotApi() as api:
        settings = {**TELEGRAM, "TELEGRAM_API_URL": api.url, "RELABEL_MODE": "recommend-only", "TRACE": str(trace)}
        with make_up(tmp_path / "home", **settings) as run:
            recommended = until(lambda: with_buttons(api))
            assert "Recommendation: move the work to tfgrj1" in recommended.text
            (row,) = json.loads(recommended.fields["reply_markup"])["inline_keyboard"]
            assert run.sunny_nodes() == []
            assert run.get("relabel", "/rest/control")["waiting"]["state"] == "waiting"
            api.updates.append(pressed(row[0]["callback_data"], 1))
            until(lambda: run.sunny_nodes() == ["tfgrj1"])
            until(lambda: "tfgrj1 is now the sunny node" in "".join(api.texts()))
            for number, command in enumerate(["/status", "/panels", "/nodes", "/why", "/sunny"], 2):
                api.updates.append(said(command, number))
            until(lambda: len(api.texts()) >= 8)
            answers = "\n".join(api.texts())
            assert "does not answer" not in answers
            assert "☀️ tfgrj1: ready" in answers


def with_buttons(api: FakeBotApi) -> Sent | None:
    return next((sent for sent in list(api.sent) if "reply_markup" in sent.fields), None)
