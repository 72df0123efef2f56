"""notify's settings, from the environment."""

import pytest
from pydantic import ValidationError

from ahorrater.adapters.telegram.settings import NotifySettings, TelegramSettings

TOKEN = "12345:AAHsecret"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("TOKEN", "TOKEN_FILE", "CHATS", "LANGUAGE", "API_URL", "TIMEOUT_S", "OUTBOX", "OUTBOX_FILES"):
        monkeypatch.delenv(f"TELEGRAM_{name}", raising=False)
    monkeypatch.delenv("NOTIFY_FOLD_S", raising=False)


@pytest.mark.parametrize(
    ("text", "chats"),
    [
        ("", ()),
        ("12", ("12",)),
        (" 12 , -100345,@channel ,", ("12", "-100345", "@channel")),
        ("12,12", ("12",)),
    ],
)
def test_chats(monkeypatch, text, chats):
    monkeypatch.setenv("TELEGRAM_CHATS", text)
    assert TelegramSettings().chats == chats


@pytest.mark.parametrize("text", ["everybody", "1;2", "@no", "12 13", "--1", "1.5", "٣"])
def test_wrong_chats_are_said(monkeypatch, text):
    monkeypatch.setenv("TELEGRAM_CHATS", text)
    with pytest.raises(ValidationError, match="no chat id"):
        TelegramSettings()


@pytest.mark.parametrize(
    ("token", "chats", "recipients", "missing"),
    [
        ("", "", ("outbox",), "TELEGRAM_TOKEN"),
        ("", "12", ("outbox",), "TELEGRAM_TOKEN"),
        (" ", "12", ("outbox",), "TELEGRAM_TOKEN"),
        (TOKEN, "", ("outbox",), "TELEGRAM_CHATS"),
        (TOKEN, "12,13", ("12", "13"), None),
    ],
)
def test_without_a_token_or_a_chat_all_goes_to_the_outbox(monkeypatch, token, chats, recipients, missing):
    monkeypatch.setenv("TELEGRAM_TOKEN", token)
    monkeypatch.setenv("TELEGRAM_CHATS", chats)
    settings = TelegramSettings()
    assert settings.recipients == recipients
    assert (settings.why_no_telegram or "").startswith(missing or "")
    assert (settings.why_no_telegram is None) == (missing is None)


def test_the_token_may_be_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("TELEGRAM_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("TELEGRAM_CHATS", "12")
    settings = TelegramSettings()
    assert settings.secret() == TOKEN
    assert settings.recipients == ("12",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_LANGUAGE", "fr"),
        ("TELEGRAM_TOKEN_FILE", "no/such/file"),
        ("TELEGRAM_API_URL", "ftp://x"),
        ("TELEGRAM_API_URL", "https://x?y"),
        ("TELEGRAM_TIMEOUT_S", "0"),
        ("TELEGRAM_TIMEOUT_S", "26"),
        ("TELEGRAM_OUTBOX_FILES", "1"),
        ("NOTIFY_FOLD_S", "-1"),
        ("NOTIFY_FOLD_S", "ten"),
    ],
)
def test_wrong_values_are_said_without_the_token(monkeypatch, name, value):
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        (TelegramSettings(), NotifySettings())
    assert TOKEN not in str(caught.value)


def test_the_token_is_not_in_what_is_printed(monkeypatch):
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    settings = TelegramSettings()
    assert TOKEN not in repr(settings)
    assert TOKEN not in settings.model_dump_json()
