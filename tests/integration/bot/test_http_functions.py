"""How a function asks another: over real HTTP, and what becomes of every way in which that can fail."""

import socket
from datetime import date

import pytest

from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.http import Away, HttpFunction
from ahorrater.contracts.answers import SunnyNode
from ahorrater.contracts.errors import NotFound, Refused
from tests.integration.http_server import HttpServer, QuietHandler
from tests.integration.mosquitto_server import free_port

PROBLEM = b'{"type": "about:blank", "title": "No", "status": 404, "detail": "there is no such thing"}'


class Scripted(HttpServer):
    """Answers everything with `status` and `body`; remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b'{"node": "a"}'
        self.asked: list[tuple[str, str, str | None]] = []
        scripted = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 -- the base class's name
                scripted.asked.append((self.command, self.path, self.headers["Authorization"]))
                self.answer(scripted.status, scripted.body)

            do_POST = do_GET  # noqa: N815 -- the base class's name

        super().__init__(Handler)


@pytest.fixture
def scripted():
    with Scripted() as server:
        yield server


def test_what_a_newer_version_says_besides_is_left_unread(scripted):
    scripted.body = b'{"node": "a", "since": "noon"}'
    assert HttpFunction("x", scripted.url, 5).get("/a", SunnyNode).node == "a"


def test_an_answer_is_typed_and_the_token_goes_with_orders(scripted):
    function = HttpFunction("x", scripted.url, 5, "the-token")
    assert function.get("/a", SunnyNode, {"b": "c d"}).node == "a"
    assert function.post("/e", SunnyNode).node == "a"
    assert scripted.asked == [("GET", "/a?b=c+d", None), ("POST", "/e", "Bearer the-token")]


def test_without_a_token_none_is_brought(scripted):
    HttpFunction("x", scripted.url, 5).get("/a", SunnyNode)
    assert scripted.asked == [("GET", "/a", None)]


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (404, PROBLEM, NotFound, "there is no such thing"),
        (422, PROBLEM, Refused, "there is no such thing"),
        (401, b"", Refused, "HTTP 401"),
        (500, PROBLEM, Away, "x is away: there is no such thing"),
        (503, b"<html>", Away, "x is away: HTTP 503"),
        (302, b"", Away, "HTTP 302"),
        (200, b"", Away, "something else than agreed"),
        (200, b'{"node": 7}', Away, "something else than agreed"),
        (200, b"\xff", Away, "something else than agreed"),
    ],
)
def test_what_can_go_wrong_has_a_name(scripted, status, body, error, says):
    scripted.status, scripted.body = status, body
    with pytest.raises(error) as raised:
        HttpFunction("x", scripted.url, 5).get("/a", SunnyNode)
    assert says in raised.value.detail
    assert getattr(raised.value, "function", "x") == "x"


def test_nobody_listening_is_away():
    with pytest.raises(Away):
        HttpFunction("x", f"http://127.0.0.1:{free_port()}", 5).get("/a", SunnyNode)


def test_a_function_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        function = HttpFunction("x", f"http://127.0.0.1:{silent.getsockname()[1]}", 0.2)
        with pytest.raises(Away):
            function.get("/a", SunnyNode)


def test_no_decision_and_no_account_are_none(scripted):
    scripted.body = b"[]"
    energy = EnergyClient(HttpFunction("energy-query", scripted.url, 5))
    assert energy.latest_decision(moved=True) is None
    assert energy.day(date(2026, 6, 1)) is None
    assert "moved=true" in scripted.asked[0][1]
