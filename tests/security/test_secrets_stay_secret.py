"""Functions with known secrets in their settings, in every trouble that can be made for them: none of what they log,
answer or send has a secret in it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from ahorrater.contracts.golden import golden_events
from tests.integration.mosquitto_server import free_port
from tests.security.operations import AUTHORIZED, operations_of
from tests.security.running_functions import FUNCTIONS, SECRETS, RunningFunction, running_functions

PASSWORD = "database-secret-9xQ"


def make_trouble(function: RunningFunction) -> None:
    """Wrong tokens, wrong events, wrong bodies, and right ones for what is away."""
    for token in ("", "Bearer wrong", "Basic d3Jvbmc="):
        for operation in operations_of(function):
            function.ask(operation.method.upper(), operation.path, b"{}", authorization=token)
    for operation in operations_of(function):
        function.ask(operation.method.upper(), operation.path, b'{"text": "/status"}', **AUTHORIZED)
    for event in golden_events():
        function.hear(event)
        function.hear({**event, "data": {"surprise": 1}})
    function.ask("POST", "/", b"nothing")
    function.ask("GET", "/metrics")


def no_secret_in(function: RunningFunction, secrets: Iterable[str]) -> None:
    for secret in secrets:
        assert secret not in function.log, f"{function.name} logs it"
        for answer in function.said:
            assert secret.encode() not in answer.body, f"{function.name} answers with it"
            assert all(secret not in value for value in answer.headers.values()), f"{function.name} answers with it"


def test_with_telegram_and_each_other_away(functions: dict[str, RunningFunction]) -> None:
    for function in functions.values():
        if function.name != "backtest":
            make_trouble(function)
        no_secret_in(function, SECRETS.values())
    assert not list((functions["notify"].log_file.parent / "outbox").glob("*"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ahorrater:{password}@127.0.0.1:{port}/ahorrater",
        "postgresql://ahorrater:%{password}@127.0.0.1:{port}/ahorrater",
        "postgresql://ahorrater:{password}%@127.0.0.1:{port}/ahorrater",
    ],
    ids=["away", "mistyped", "cut"],
)
def test_with_the_database_away(tmp_path: Path, url: str) -> None:
    named = url.format(password=PASSWORD, port=free_port())
    with running_functions(tmp_path, named, frozenset({"energy-query", "ingest-reading", "notify"})) as functions:
        for function in functions.values():
            make_trouble(function)
            assert any(answer.status == 503 for answer in function.said), function.log
            no_secret_in(function, [PASSWORD, *SECRETS.values()])


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("mqtt_source.main", {"MQTT_PASSWORD": PASSWORD, "K_SINK": "http://127.0.0.1"}),
        ("mqtt_source.main", {"MQTT_PASSWORD": PASSWORD, "MQTT_USERNAME": "a", "MQTT_PORT": "x", "K_SINK": "nowhere"}),
        ("energy_query.main", {"DATABASE_URL": f"mysql://ahorrater:{PASSWORD}@127.0.0.1/ahorrater"}),
        ("relabel.main", {"MANUAL_TOKEN": f"{PASSWORD} with spaces"}),
        ("notify.main", {"TELEGRAM_TOKEN": PASSWORD, "TELEGRAM_TIMEOUT_S": "soon", "DATABASE_URL": "sqlite:///x"}),
    ],
)
def test_a_process_that_refuses_its_settings_does_not_say_them(module: str, settings: dict[str, str]) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(FUNCTIONS), "HOME": "/nonexistent", **settings}
    ended = subprocess.run(
        [sys.executable, "-m", module], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert PASSWORD not in ended.stdout + ended.stderr


def test_a_telegram_secret_is_no_part_of_what_the_documents_say(functions: dict[str, RunningFunction]) -> None:
    said = json.dumps([function.document for function in functions.values()])
    assert not [secret for secret in SECRETS.values() if secret in said]
