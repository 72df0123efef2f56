"""telegram-bot as a process: a webhook, polling, a Bot API that fails, kills in between."""

import base64
import json
import sqlite3
import threading
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from ahorrater.adapters.database.migrate import migrate
from ahorrater.adapters.telegram.webhook import PATH, WebhookSecret
from tests.integration.bot.fake_functions import FakeFunctions
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port
from tests.integration.notify.fake_bot_api import (
    DOWN,
    HANG,
    KICKED,
    NO_SUCH_CHAT,
    TOKEN,
    FakeBotApi,
    slower,
)
from tests.integration.notify.notify_process import REPOSITORY, HttpAnswer, NotifyProcess
from tests.unit.bot.test_bot_updates import pressed, said

SECRET = WebhookSecret(TOKEN).text


class BotProcess(NotifyProcess):
    MAIN = REPOSITORY / "functions" / "telegram_bot" / "main.py"

    def webhook(self, update: dict[str, object], secret: str = SECRET) -> HttpAnswer:
        body = json.dumps(update).encode()
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        return self.request("POST", PATH, body, **headers)

    def metric(self, outcome: str) -> float:
        text = self.request("GET", "/metrics").body.decode()
        name = f'ahorrater_bot_updates_total{{outcome="{outcome}"}} '
        return next(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))


@pytest.fixture
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def functions():
    with FakeFunctions() as server:
        yield server


class Bots:
    """Makes processes that share a database, a Bot API and the functions; none logs the token."""

    def __init__(self, folder: Path, api: FakeBotApi, functions: FakeFunctions) -> None:
        self._folder, self._api, self._functions = folder, api, functions
        self._database_url = f"sqlite:///{folder}/ahorrater.db"
        self.processes: list[BotProcess] = []
        migrate(self._database_url)

    def start(self, **settings: str) -> BotProcess:
        telegram = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_CHATS": "11,-100", "TELEGRAM_API_URL": self._api.url}
        urls = dict.fromkeys(
            ["ENERGY_QUERY_URL", "CLUSTER_QUERY_URL", "RELABEL_URL", "FUEL_QUERY_URL"], self._functions.url
        )
        process = BotProcess(self._folder, self._database_url, **{**telegram, **urls, **settings})
        self.processes.append(process)
        return process.start()

    def close(self) -> None:
        for process in self.processes:
            process.__exit__(None, None, None)
            assert TOKEN not in process.log()
            assert SECRET not in process.log()


@pytest.fixture
def bots(tmp_path, api, functions):
    maker = Bots(tmp_path, api, functions)
    yield maker
    maker.close()


def test_a_webhook_is_answered_once_even_by_the_next_process(bots, api):
    bot = bots.start()
    assert [bot.webhook(said("/sunny", 7)).status for _ in range(2)] == [200, 200]
    bot.kill()
    bot = bots.start()
    assert bot.webhook(said("/sunny", 7)).status == 200
    (text,) = api.texts()
    assert text.startswith("☀️ b is the sunny node, for ")
    assert bot.metric("repeated") == 1


def test_a_kill_while_telegram_hangs_loses_no_answer(bots, api, tmp_path):
    """The answer was not taken: after the lease the next process gives it. The lease is ended here by hand."""
    api.always = HANG

    def tell() -> None:
        with suppress(OSError, HTTPException):
            bot.webhook(said("/sunny", 7))

    bot = bots.start(TELEGRAM_TIMEOUT_S="25")
    asking = threading.Thread(target=tell)
    asking.start()
    eventually(lambda: api.attempts)
    bot.kill()
    asking.join(10)
    api.always = None
    bot = bots.start()
    assert bot.webhook(said("/sunny", 7)).status == 503
    with sqlite3.connect(tmp_path / "ahorrater.db") as database:
        database.execute("UPDATE bot_update SET claimed_until = '2026-01-01 00:00:00.000000'")
    assert bot.webhook(said("/sunny", 7)).status == 200
    assert len(api.sent) == 1


@pytest.mark.parametrize(("secret", "status"), [("", 401), ("wrong", 403), (SECRET[:-1], 403)])
def test_only_telegram_is_let_in(bots, api, secret, status):
    bot = bots.start()
    assert bot.webhook(said("/pause now"), secret).status == status
    assert api.attempts == []


def test_strangers_are_ignored_and_counted_without_what_they_said(bots, api, functions):
    bot = bots.start()
    for update in (said("/pause now", 1, chat=99, sender=99), pressed("/approve 1", 2, chat=99, sender=99)):
        assert bot.webhook(update).status == 200
    assert bot.metric("stranger") == 2
    assert (api.attempts, functions.posts) == ([], [])
    assert "/pause" not in bot.log()


def test_what_is_no_update_is_refused(bots):
    bot = bots.start()
    for body in (b"", b"[]", b"{", b'{"update_id": "x"}', b"\xff"):
        answer = bot.request("POST", PATH, body, **{"X-Telegram-Bot-Api-Secret-Token": SECRET})
        assert answer.status == 400


def test_a_button_that_pauses_brings_the_manual_token(bots, api, functions):
    bot = bots.start(MANUAL_TOKEN="the-token")
    assert bot.webhook(said("/pause", 1)).status == 200
    keyboard = json.loads(api.sent[0].fields["reply_markup"])["inline_keyboard"]
    assert [button["callback_data"] for button in keyboard[0]] == ["/pause now", "/pause cancel"]
    assert bot.webhook(pressed("/pause now", 2)).status == 200
    assert functions.posts == [("/rest/control/pause", "Bearer the-token")]
    assert {"answerCallbackQuery", "editMessageReplyMarkup"} <= set(api.methods())
    assert "the-token" not in bot.log()


def test_a_chart_is_a_photo(bots, api):
    bot = bots.start()
    assert bot.webhook(said("/chart 2")).status == 200
    assert (api.sent[0].method, api.sent[0].text) == ("sendPhoto", "Power: 2 h until now")
    assert api.sent[0].photo.startswith(b"\x89PNG")


@pytest.mark.parametrize("trouble", [slower(7), DOWN, HANG])
def test_a_telegram_that_is_away_is_told_to_ask_again(bots, api, trouble):
    bot = bots.start(TELEGRAM_TIMEOUT_S="2")
    api.answers = [trouble]
    answer = bot.webhook(said("/sunny", 7))
    assert answer.status == 503
    assert answer.headers["retry-after"] == ("7" if trouble.status == 429 else "5")
    assert bot.webhook(said("/sunny", 7)).status == 200
    assert len(api.sent) == 1


@pytest.mark.parametrize("trouble", [KICKED, NO_SUCH_CHAT])
def test_a_chat_that_refuses_is_not_asked_again(bots, api, trouble):
    bot = bots.start()
    api.answers = [trouble]
    assert [bot.webhook(said("/sunny", 7)).status for _ in range(2)] == [200, 200]
    assert (api.sent, bot.metric("refused")) == ([], 1)


def test_functions_that_are_away_are_named(bots, api, functions):
    bot = bots.start()
    functions.broken = True
    bot.webhook(said("/panels"))
    assert api.texts() == ["⚠️ energy-query does not answer now. Try again in a moment."]


def test_each_chat_keeps_its_language_over_a_restart(bots, api):
    bot = bots.start()
    bot.webhook(said("/lang es", 1))
    bot.kill()
    bot = bots.start()
    bot.webhook(said("/panels", 2))
    bot.webhook(said("/panels", 3, chat=-100))
    assert api.texts()[1:] == ["🟢 b: 20,0 W · hace 1,0 s", "🟢 b: 20.0 W · 1.0 s ago"]


def test_polling_answers_everything_once_through_conflicts_kills_and_pauses(bots, api):
    api.conflicts = 2
    api.updates = [said("/panels", number) for number in (1, 2)]
    bot = bots.start(BOT_MODE="polling")
    eventually(lambda: bot.metric("answered") == 2)
    assert "Conflict" in bot.log()
    assert "deleteWebhook" in api.methods()
    bot.kill()
    api.answers = [slower(1), None]
    api.updates = [said("/panels", number) for number in (1, 2, 3)]
    bot = bots.start(BOT_MODE="polling")
    eventually(lambda: len(api.sent) == 3)
    eventually(lambda: not api.updates)
    assert len(api.sent) == 3
    assert bot.terminate() == 0


def test_a_bot_that_is_called_says_where_and_what_it_knows(bots, api):
    bots.start(BOT_WEBHOOK_URL="https://bot.example.com/")
    eventually(lambda: api.methods().count("setMyCommands") == 2)
    (webhook,) = (fields for method, fields in api.called if method == "setWebhook")
    assert (webhook["url"], webhook["secret_token"]) == (f"https://bot.example.com{PATH}", SECRET)
    assert json.loads(webhook["allowed_updates"]) == ["message", "callback_query"]


def test_a_telegram_that_is_gone_keeps_nobody_from_asking_by_http(bots):
    url = f"http://127.0.0.1:{free_port()}"
    bot = bots.start(BOT_MODE="polling", BOT_WEBHOOK_URL=url, TELEGRAM_API_URL=url)
    assert bot.post("/rest/ask", text="/panels").json()["text"] == "🟢 b: 20.0 W · 1.0 s ago"


def test_without_a_token_people_ask_by_http(bots, api):
    bot = bots.start(TELEGRAM_TOKEN="", BOT_MODE="polling")
    assert bot.post("/rest/ask", text="/panels", language="es").json()["text"] == "🟢 b: 20,0 W · hace 1,0 s"
    asked = bot.post("/rest/ask", text="/pause").json()
    assert [button["command"] for button in asked["buttons"][0]] == ["/pause now", "/pause cancel"]
    png = base64.b64decode(bot.post("/rest/ask", text="/chart").json()["png"])
    assert png.startswith(b"\x89PNG")
    assert bot.webhook(said("/sunny")).status == 403
    assert api.attempts == []
    for wrong in ({}, {"text": ""}, {"text": "/help", "language": "tlh"}, {"text": "x" * 257}):
        assert bot.post("/rest/ask", **wrong).status == 400


def test_asking_by_http_takes_the_token(bots):
    bot = bots.start(MANUAL_TOKEN="the-token")
    assert bot.post("/rest/ask", text="/panels").status == 401
    paths = bot.request("GET", "/openapi.json").json()["paths"]
    assert set(paths) == {PATH, "/", "/rest/ask", "/rest/outbox", "/rest/outbox/{name}"}


def test_the_page_shows_what_was_sent(bots):
    bot = bots.start(TELEGRAM_TOKEN="")
    assert bot.request("GET", "/rest/outbox").json() == []
    bot.outbox.mkdir()
    (bot.outbox / "1-a.txt").write_text("<script>news</script>")
    (bot.outbox / "2-b.png").write_bytes(b"PNG")
    (bot.outbox / "2-b.txt").write_text("")
    assert bot.request("GET", "/rest/outbox").json() == [
        {"name": "1-a", "text": "<script>news</script>", "has_picture": False},
        {"name": "2-b", "text": "", "has_picture": True},
    ]
    picture = bot.request("GET", "/rest/outbox/2-b")
    assert (picture.headers["content-type"], picture.body) == ("image/png", b"PNG")
    page = bot.request("GET", "/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert [bot.request("GET", f"/rest/outbox/{name}").status for name in ("3", "..%2F1-a", "a_b")] == [404, 404, 400]
