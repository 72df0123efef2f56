"""notify as a process, with a Bot API that answers, fails, hangs and dies, and with no token at all."""

import json
import subprocess
import sys
import threading
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from ahorrater.adapters.database.migrate import migrate
from ahorrater.contracts.events import DigestDue, NodeRelabelled
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port
from tests.integration.notify import fake_bot_api
from tests.integration.notify.fake_bot_api import TOKEN, FakeBotApi, slower
from tests.integration.notify.fake_energy_query import FakeEnergyQuery
from tests.integration.notify.notify_process import MAIN, NotifyProcess, environment

GENEROUS_S = 15
"""Far below the 25 s for which a hanging Telegram would keep a handler waiting, far above what a slow machine needs."""


@pytest.fixture
def api():
    with FakeBotApi() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path):
    url = f"sqlite:///{tmp_path}/ahorrater.db"
    migrate(url)
    return url


def by_status(answer):
    return str(answer.status)


class Notifying:
    """Makes processes that share a database and a Bot API; none outlives its test, and none logs the token."""

    def __init__(self, folder: Path, database_url: str, api_url: str) -> None:
        self._folder, self._database_url, self._api_url = folder, database_url, api_url
        self.processes: list[NotifyProcess] = []

    def start(self, **settings: str) -> NotifyProcess:
        telegram = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_CHATS": "11,-100345", "TELEGRAM_API_URL": self._api_url}
        process = NotifyProcess(self._folder, self._database_url, **{**telegram, **settings})
        self.processes.append(process)
        return process.start()

    def close(self) -> None:
        for process in self.processes:
            process.__exit__(None, None, None)
            assert TOKEN not in process.log()


@pytest.fixture
def notifying(tmp_path, sqlite_url, api):
    maker = Notifying(tmp_path, sqlite_url, api.url)
    yield maker
    maker.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """One process for the tests that send nothing; nobody listens where it believes Telegram to be."""
    folder = tmp_path_factory.mktemp("undisturbed")
    url = f"sqlite:///{folder}/ahorrater.db"
    migrate(url)
    telegram = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_CHATS": "11", "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}"}
    with NotifyProcess(folder, url, **telegram) as process:
        yield process


def test_news_reaches_every_chat_once(notifying, api):
    notify = notifying.start()
    for _ in range(3):
        answer = notify.hear_choice(1)
        assert (answer.status, answer.body) == (204, b"")
    eventually(lambda: len(api.sent) == 2)
    notify.hear_park("b", "offline")
    eventually(lambda: len(api.sent) == 4)
    assert api.texts("11") == api.texts("-100345")
    assert api.texts("11")[0] == "☀️ The work goes to b.\nWhy: it has the highest mean."
    assert api.texts("11")[1] == "🔌 The park of b does not answer."


def test_a_message_is_plain_text_without_previews(notifying, api):
    notify = notifying.start(TELEGRAM_CHATS="11")
    notify.post("/rest/sendMessage", text="*not bold* <b>a</b> node.example.com")
    (sent,) = api.sent
    assert sent.method == "sendMessage"
    assert sent.text == "*not bold* <b>a</b> node.example.com"
    assert "parse_mode" not in sent.fields
    assert json.loads(sent.fields["link_preview_options"]) == {"is_disabled": True}


def test_what_comes_together_is_one_message(notifying, api):
    notify = notifying.start(TELEGRAM_CHATS="11", NOTIFY_FOLD_S="2")
    notify.hear_choice(1)
    for number in range(5):
        notify.hear_park(f"n{number}", "offline")
    eventually(lambda: api.sent)
    # Six events within two seconds, even on a slow machine at most one fold later; never six messages.
    eventually(lambda: all(f"n{number}" in "".join(api.texts()) for number in range(5)))
    assert len(api.sent) <= 2


@pytest.mark.parametrize(
    "trouble", [fake_bot_api.DOWN, fake_bot_api.NOT_JSON, fake_bot_api.UNKNOWN_TOKEN, slower(1)], ids=by_status
)
def test_trouble_that_passes_loses_nothing(notifying, api, trouble):
    api.answers = [trouble, trouble]
    notify = notifying.start(TELEGRAM_CHATS="11")
    notify.hear_choice(1)
    eventually(lambda: api.sent)
    assert len(api.attempts) == 3
    assert len(api.texts("11")) == 1


@pytest.mark.parametrize(
    "trouble",
    [fake_bot_api.KICKED, fake_bot_api.NO_SUCH_CHAT, fake_bot_api.MOVED],
    ids=by_status,
)
def test_a_chat_that_refuses_is_dropped_and_said(notifying, api, trouble):
    api.answers = [trouble]
    notify = notifying.start()
    notify.hear_choice(1)
    eventually(lambda: api.sent)
    eventually(lambda: "are dropped" in notify.log())
    assert api.attempts == ["11", "-100345"]
    notify.hear_choice(2)
    eventually(lambda: len(api.sent) == 3)
    assert len(api.texts("11")) == 1


def ask_in_vain(notify):
    """Waits for an answer until the test's end takes the process away."""
    with suppress(OSError, HTTPException):
        notify.post("/rest/sendMessage", text="?")


def test_a_telegram_that_hangs_delays_no_handler(notifying, api):
    api.always = fake_bot_api.HANG
    notify = notifying.start(TELEGRAM_TIMEOUT_S="25")
    notify.hear_choice(1)
    eventually(lambda: api.attempts)
    for _ in range(8):
        threading.Thread(target=ask_in_vain, args=(notify,), daemon=True).start()
    eventually(lambda: len(api.attempts) >= 3)
    answers = [notify.hear_park(f"n{number}", "offline") for number in range(20)]
    assert {answer.status for answer in answers} == {204}
    assert sum(answer.took_s for answer in answers) < GENEROUS_S


def test_a_telegram_that_is_gone_delays_no_handler_and_loses_nothing(notifying):
    port = free_port()
    notify = notifying.start(TELEGRAM_CHATS="11", TELEGRAM_API_URL=f"http://127.0.0.1:{port}")
    answers = [notify.hear_choice(epoch) for epoch in range(1, 31)]
    assert {answer.status for answer in answers} == {204}
    assert sum(answer.took_s for answer in answers) < GENEROUS_S
    eventually(lambda: "tried again" in notify.log())
    with FakeBotApi(port) as api:
        eventually(lambda: api.sent, deadline_s=60)
        told = "".join(api.texts())
        assert "The work goes to b" in told
        assert len(api.sent) <= 2


def test_kill_in_the_fold_window_loses_no_news(notifying, api):
    first = notifying.start(TELEGRAM_CHATS="11", NOTIFY_FOLD_S="600")
    assert first.hear_choice(1).status == 204
    assert first.hear_park("n", "offline").status == 204
    first.kill()
    assert api.attempts == []
    second = notifying.start(TELEGRAM_CHATS="11")
    eventually(lambda: api.sent)
    second.hear_choice(1)
    second.hear_park("n", "offline")
    second.hear_park("m", "offline")
    eventually(lambda: len(api.sent) == 2)
    assert api.texts() == [
        "☀️ The work goes to b.\nWhy: it has the highest mean.\n\n🔌 The park of n does not answer.",
        "🔌 The park of m does not answer.",
    ]


def test_sigterm_ends_it_cleanly(notifying, api):
    notify = notifying.start()
    notify.hear_choice(1)
    eventually(lambda: len(api.sent) == 2)
    assert notify.terminate() == 0


def test_a_message_by_hand(notifying, api):
    notify = notifying.start()
    answer = notify.post("/rest/sendMessage", text="hola")
    assert answer.status == 200
    assert answer.json() == {"sent": 2, "where": "telegram", "references": ["1", "2"], "failed": [], "note": None}
    assert notify.post("/rest/sendMessage", text="a", chat_id=-100345).json()["sent"] == 1
    assert notify.post("/rest/sendMessage", text="a", chat_id="11").json()["sent"] == 1
    assert [sent.chat for sent in api.sent] == ["11", "-100345", "-100345", "11"]


@pytest.mark.parametrize(
    ("document", "status", "says"),
    [
        ({}, 400, "text"),
        ({"text": ""}, 400, "text"),
        ({"text": "a" * 4097}, 400, "4096"),
        ({"text": 5}, 400, "string"),
        ({"text": "a", "parse_mode": "HTML"}, 400, "parse_mode"),
        ({"text": "a", "chat_id": 999}, 422, "TELEGRAM_CHATS"),
    ],
)
def test_what_is_wrong_with_a_message_is_said(undisturbed, document, status, says):
    answer = undisturbed.post("/rest/sendMessage", **document)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.body.decode()


@pytest.mark.parametrize(
    ("trouble", "status", "retry_after"),
    [
        (fake_bot_api.DOWN, 503, "30"),
        (fake_bot_api.NOT_JSON, 503, "30"),
        (fake_bot_api.HANG, 503, "30"),
        (fake_bot_api.UNKNOWN_TOKEN, 503, "30"),
        (slower(7), 503, "7"),
        (fake_bot_api.KICKED, 422, None),
        (fake_bot_api.NO_SUCH_CHAT, 422, None),
        (fake_bot_api.MOVED, 422, None),
    ],
)
def test_trouble_with_a_message_by_hand_is_said_and_nothing_is_queued(notifying, api, trouble, status, retry_after):
    api.always = trouble
    notify = notifying.start(TELEGRAM_CHATS="11", TELEGRAM_TIMEOUT_S="0.5")
    answer = notify.post("/rest/sendMessage", text="hola")
    assert answer.status == status
    assert answer.headers.get("retry-after") == retry_after
    assert TOKEN not in answer.body.decode()
    api.always = None
    notify.hear_park("n", "offline")
    eventually(lambda: api.sent)
    assert api.texts() == ["🔌 The park of n does not answer."]


def test_a_chart_by_hand(notifying, api):
    notify = notifying.start(TELEGRAM_CHATS="11")
    points = [["2026-06-01T12:00:00Z", 1.5], ["2026-06-01T13:00:00Z", None]]
    answer = notify.post("/rest/exportData", title="Potencia", unit="W", series=[{"name": "a", "points": points}])
    assert answer.status == 200
    assert answer.json()["where"] == "telegram"
    (sent,) = api.sent
    assert (sent.method, sent.text) == ("sendPhoto", "Potencia")
    assert sent.photo.startswith(b"\x89PNG")
    assert notify.post("/rest/exportData", series={"a": [None]}).status == 400


def test_without_a_token_it_writes_what_it_would_send(notifying, api):
    notify = notifying.start(TELEGRAM_TOKEN="", TELEGRAM_LANGUAGE="es")
    notify.hear_choice(1)
    eventually(notify.texts)
    assert notify.texts() == ["☀️ El trabajo se va a b.\nMotivo: tiene la media más alta."]
    answer = notify.post("/rest/sendMessage", text="hola", chat_id=11).json()
    assert (answer["sent"], answer["where"]) == (1, "outbox")
    assert "TELEGRAM_TOKEN is not set" in answer["note"]
    assert (notify.outbox / answer["references"][0]).read_text() == "hola"
    picture = notify.post("/rest/exportData", title="power", series={"a": [1, 2]}).json()["references"][0]
    assert (notify.outbox / picture).read_bytes().startswith(b"\x89PNG")
    assert (notify.outbox / picture).with_suffix(".txt").read_text() == "power"
    assert notify.post("/rest/sendMessage", text="hola", chat_id=12).status == 422
    assert notify.log().count("TELEGRAM_TOKEN is not set") == 1
    assert api.attempts == []


def test_its_openapi_document_lists_its_paths(undisturbed):
    document = undisturbed.request("GET", "/openapi.json").json()
    assert set(document["paths"]) == {"/rest/sendMessage", "/rest/exportData"}
    statuses = set(document["paths"]["/rest/exportData"]["post"]["responses"])
    assert statuses == {"200", "400", "401", "403", "422", "503"}


def test_the_digest_is_asked_of_energy_query_and_told_once(notifying, api):
    with FakeEnergyQuery() as energy:
        notify = notifying.start(TELEGRAM_CHATS="11", ENERGY_QUERY_URL=energy.url, NOTIFY_DIGEST_HOUR="0")
        for _ in range(2):
            assert notify.hear(DigestDue.TYPE, {}).status == 204
        eventually(lambda: api.sent)
        assert api.texts("11")[0].startswith("📊 Summary of ")
    assert notify.hear(DigestDue.TYPE, {}).status == 204
    assert energy.asked == 1


def test_an_energy_query_that_is_away_is_asked_again_later(notifying):
    with FakeEnergyQuery() as energy:
        url = energy.url
    notify = notifying.start(TELEGRAM_CHATS="11", ENERGY_QUERY_URL=url, NOTIFY_DIGEST_HOUR="0")
    assert notify.hear(DigestDue.TYPE, {}).status == 503


def test_what_people_send_takes_the_token(notifying, api):
    notify = notifying.start(TELEGRAM_CHATS="11", MANUAL_TOKEN="the-token")
    assert notify.post("/rest/sendMessage", text="hola").status == 401
    assert api.attempts == []
    headers = {"Authorization": "Bearer the-token", "content_type": "application/json"}
    assert notify.request("POST", "/rest/sendMessage", b'{"text": "hola"}', **headers).status == 200


def test_a_recommendation_has_its_buttons(notifying, api):
    notify = notifying.start(TELEGRAM_CHATS="11", TELEGRAM_LANGUAGE="es")
    labels = {"labels_before": {}, "labels_after": {}, "workloads": [], "pods_moved": 0, "duration_s": 0.0}
    data = {"epoch": 7, "mode": "recommend-only", "node": "b", "previous": "a", **labels}
    assert notify.hear(NodeRelabelled.TYPE, data).status == 204
    eventually(lambda: api.sent)
    keyboard = json.loads(api.sent[0].fields["reply_markup"])["inline_keyboard"]
    assert [[button["callback_data"] for button in row] for row in keyboard] == [["/approve 7", "/veto 7"]]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("es.ahorrater.node.chosen.v1", {}),
        (
            "es.ahorrater.park.status.v1",
            {"node": "UPPER", "status": "offline", "boot": 1, "at": "2026-06-01T12:00:00Z"},
        ),
        ("es.ahorrater.clock.tick.v1", {}),
    ],
)
def test_wrong_events_are_rejected(undisturbed, kind, data):
    answer = undisturbed.hear(kind, data)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_on_postgresql_too(tmp_path, api, postgresql):
    with postgresql.database() as url:
        migrate(url)
        notifying = Notifying(tmp_path, url, api.url)
        try:
            notify = notifying.start(TELEGRAM_CHATS="11")
            for _ in range(2):
                assert notify.hear_choice(1).status == 204
            notify.hear_park("n", "offline")
            eventually(lambda: "The park of n" in "".join(api.texts()))
            assert "".join(api.texts()).count("The work goes to b") == 1
        finally:
            notifying.close()


def test_a_cold_start_loads_nothing_heavy(tmp_path, sqlite_url):
    program = f"""
import runpy, sys
runpy.run_path({str(MAIN)!r})
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    settings = environment(sqlite_url, tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_CHATS="11")
    done = subprocess.run([sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "functions_framework" in loaded
    assert loaded.isdisjoint({"telegram", "matplotlib", "numpy", "httpx", "httpcore", "sqlalchemy", "sqlmodel", "PIL"})
