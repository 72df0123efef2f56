"""mqtt-source's status port: health and metrics for a few, and no more threads than that, whoever comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ahorrater.adapters.mqtt.metrics import MAX_CONNECTIONS, REQUEST_S
from tests.integration.doors.attacker import all_closed, ask, endless, resident_mib, slowloris, stream, threads
from tests.integration.event_sink import eventually
from tests.integration.source_process import SourceProcess

MEMORY_MIB = 32


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SourceProcess]:
    """Its MQTT broker is not needed to be alive."""
    process = SourceProcess(tmp_path, K_SINK="http://127.0.0.1:9/", MQTT_PORT="9").start(wait=False)
    try:
        eventually(lambda: is_alive(process))
        yield process
    finally:
        process.kill()


def is_alive(source: SourceProcess) -> bool:
    return source.get("/healthz") == "alive\n"


def pid_of(source: SourceProcess) -> int:
    assert source.process is not None
    return source.process.pid


def test_slow_requests_take_no_more_than_their_places_and_their_time(source: SourceProcess) -> None:
    before = threads(pid_of(source))
    with slowloris(source.status_port, MAX_CONNECTIONS - 5) as held:
        assert is_alive(source)
        assert set(all_closed(held, within_s=REQUEST_S + 20)) == {None}
    with slowloris(source.status_port, MAX_CONNECTIONS + 20) as held:
        assert threads(pid_of(source)) <= before + 2 * MAX_CONNECTIONS + 2
        all_closed(held, within_s=REQUEST_S + 20)
    eventually(lambda: is_alive(source))


def test_heads_without_end_and_wrong_requests_are_answered_or_cut_off(source: SourceProcess) -> None:
    before = resident_mib(pid_of(source))
    assert stream(source.status_port, endless(b"GET /healthz HTTP/1.1\r\nX-Huge: ")) in {400, 431, None}
    assert stream(source.status_port, endless(b"GET /", b"x" * 65_536)) in {414, None}
    assert ask(source.status_port, b"POST /metrics HTTP/1.1\r\nContent-Length: 9999999\r\n\r\nx") == 405
    assert ask(source.status_port, b"GET /nothing HTTP/1.1\r\n\r\n") == 404
    assert ask(source.status_port, b"NONSENSE\r\n\r\n") in {400, None}
    assert resident_mib(pid_of(source)) - before < MEMORY_MIB
    assert is_alive(source)
