"""Pages of other sites, and strangers' Host headers: a browser is let do nothing for them."""

import socket

import pytest

from tests.security.running_functions import RunningFunction

ORIGIN = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}


def test_no_function_lets_another_site_read(functions: dict[str, RunningFunction]) -> None:
    for function in functions.values():
        for path in ("/", "/openapi.json", "/healthz", "/metrics", *function.document["paths"]):
            for method in ("OPTIONS", "GET", "POST"):
                answer = function.ask(method, path, b"", **ORIGIN)
                assert not [name for name in answer.headers if name.startswith("access-control-")], (path, answer)


def test_without_a_token_another_sites_page_may_not_order(functions: dict[str, RunningFunction]) -> None:
    for name, path in (("relabel", "/rest/unlabelNodes"), ("notify", "/rest/sendMessage")):
        assert functions[name].ask("POST", path, b"{}", **{"Sec-Fetch-Site": "cross-site"}).status in {401, 403}


def test_the_page_without_telegram_may_not_be_framed_and_loads_nothing(functions: dict[str, RunningFunction]) -> None:
    policy = functions["telegram-bot"].ask("GET", "/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("host", ["x/healthz?", "[", "x/rest/metrics/decisions#", "a b"])
def test_the_host_header_names_no_path(functions: dict[str, RunningFunction], host: str) -> None:
    with socket.create_connection(("127.0.0.1", functions["energy-query"].port), timeout=10) as connection:
        request = f"GET /rest/metrics/nothing HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
