"""The sink adapter against real HTTP servers: headers, tokens, trust, time limits, connections that die."""

import asyncio
import os
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ahorrater.adapters.mqtt.sink import BearerToken, HttpSink
from ahorrater.services.source.events import OutgoingEvent
from ahorrater.services.source.pump import Answer, Verdict
from tests.integration.certificates import make_certificates
from tests.integration.event_sink import EventSink, ReceivedEvent, answer_with
from tests.integration.mosquitto_server import free_port

EVENT = OutgoingEvent("es.ahorrater.test.v1", "1", datetime(2026, 6, 1, tzinfo=UTC), b'{"a": 1}', subject="worker-1")


@pytest.fixture
def server() -> Iterator[EventSink]:
    with EventSink() as sink:
        yield sink


def sink_for(url: str, token: Path = Path("absent"), timeout_s: float = 10, **options: object) -> HttpSink:
    return HttpSink(url, timeout_s=timeout_s, token=BearerToken(token), **{"extensions": {}} | options)


def send(sink: HttpSink, *events: OutgoingEvent) -> list[Answer]:
    async def all_of_them() -> list[Answer]:
        return [await sink.send(event) for event in events]

    try:
        return asyncio.run(all_of_them())
    finally:
        sink.close()


def test_attributes_and_extensions_are_headers(server: EventSink):
    overrides = {"cluster": "casa", "remark": 'año "0" 5%'}
    (answer,) = send(sink_for(server.url, extensions=overrides), EVENT)
    assert answer.verdict is Verdict.ACCEPTED
    (event,) = server.accepted
    expected = {
        "ce-specversion": "1.0",
        "ce-type": "es.ahorrater.test.v1",
        "ce-source": "/ahorrater/mqtt-source",
        "ce-id": "1",
        "ce-time": "2026-06-01T00:00:00+00:00",
        "ce-subject": "worker-1",
        "ce-cluster": "casa",
        "ce-remark": "a%C3%B1o%20%220%22%205%25",
        "ce-traceparent": str(EVENT.trace),
        "traceparent": str(EVENT.trace),
        "content-type": "application/json",
    }
    assert event.headers.items() >= expected.items()
    assert "authorization" not in event.headers
    assert event.data == {"a": 1}


def test_the_token_is_read_again_when_it_changes(server: EventSink, tmp_path: Path):
    token = tmp_path / "token"
    token.write_text("first\n")

    def replace_token(_event: ReceivedEvent) -> int:
        token.write_text("second")
        os.utime(token, ns=(1, 1))
        return 202

    server.answer = replace_token
    send(sink_for(server.url, token), EVENT, EVENT)
    assert [event.headers["authorization"] for event in server.seen] == ["Bearer first", "Bearer second"]


def test_a_refusal_tells_the_status(server: EventSink):
    server.answer = answer_with(422)
    (answer,) = send(sink_for(server.url), EVENT)
    assert (answer.status, answer.verdict) == (422, Verdict.REFUSED)


def test_nobody_there_is_unavailable():
    (answer,) = send(sink_for(f"http://127.0.0.1:{free_port()}/"), EVENT)
    assert answer.verdict is Verdict.UNAVAILABLE
    assert "ConnectionRefusedError" in answer.detail


def test_a_sink_that_does_not_answer_is_given_up_in_time(server: EventSink):
    release = threading.Event()

    def hang_once(_event: ReceivedEvent) -> int:
        if not server.seen:
            server.seen.append(_event)
            release.wait(30)
        return 202

    server.answer = hang_once
    first, second = send(sink_for(server.url, timeout_s=0.3), EVENT, EVENT)
    release.set()
    assert first == Answer(None, "no answer within 0.3 s")
    assert second.verdict is Verdict.ACCEPTED


def test_an_idle_connection_that_the_sink_closed_is_no_outage():
    with EventSink() as before:
        sink = sink_for(before.url)

        async def one_to_each() -> list[Answer]:
            first = await sink.send(EVENT)
            before.stop()
            with EventSink(port=before.port) as after:
                return [first, await sink.send(EVENT), Answer(len(after.accepted))]

        first, second, accepted_after = asyncio.run(one_to_each())
        sink.close()
    assert (first.status, second.status) == (202, 202)
    assert accepted_after.status == 1


def test_the_trust_bundle_of_the_sink_is_honoured(server: EventSink, tmp_path: Path):
    certificates = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    url = server.url.replace("http:", "https:")
    (trusting,) = send(sink_for(url, ca_pem=(certificates / "ca.crt").read_text()), EVENT)
    (doubting,) = send(sink_for(url), EVENT)
    assert trusting.verdict is Verdict.ACCEPTED
    assert "CERTIFICATE_VERIFY_FAILED" in doubting.detail
