"""Both devices against a real mosquitto with TLS and ACL: nothing is lost, whatever breaks between them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ahorrater_device.buffer import Buffer
from tests.integration.event_sink import eventually
from tests.integration.firmware.device_process import DeviceProcess, Listener
from tests.integration.firmware.test_device_core import make
from tests.integration.link import Link
from tests.integration.mosquitto_server import MosquittoServer
from tests.integration.secure_mosquitto import secure_mosquitto

PASSWORDS = {"mqtt-source": "sun", "worker-1": "panel"}
INTERVAL_MS = 200
RASPBERRY_PI = Path(__file__).parents[3] / "firmware" / "raspberry_pi"
RESTART_WANTED = (0, 75)


Start = Callable[[int], DeviceProcess]
"""Makes a device that dials a port of 127.0.0.1."""


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("firmware")
    run = make("simulator", build)
    assert run.returncode == 0, run.stdout + run.stderr
    return build / "device-simulator"


@pytest.fixture(params=["core", "raspberry-pi"])
def device(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """The firmware's core on libmosquitto, and the Raspberry Pi's program; the sensor is simulated in both."""
    if request.param == "core":
        binary: Path = request.getfixturevalue("simulator")
        return lambda port: core_device(binary, tmp_path, port)
    return lambda port: pi_device(tmp_path, port)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoServer]:
    with secure_mosquitto(tmp_path, PASSWORDS) as server:
        yield server


@pytest.fixture
def listener(tmp_path: Path, broker: MosquittoServer) -> Iterator[Listener]:
    with Listener(broker.port, ca_file(tmp_path), "mqtt-source", "sun") as listener:
        yield listener


def ca_file(folder: Path) -> Path:
    return folder / "config/certs/ca.crt"


def core_device(binary: Path, folder: Path, port: int, password: str = "panel") -> DeviceProcess:
    options = {
        "--node": "worker-1",
        "--port": port,
        "--ca": ca_file(folder),
        "--boot-file": folder / "boot",
        "--interval-ms": INTERVAL_MS,
    }
    command = [str(binary), *(str(part) for pair in options.items() for part in pair)]
    return DeviceProcess(folder, command, {"MQTT_PASSWORD": password})


def pi_device(folder: Path, port: int, password: str = "panel") -> DeviceProcess:
    settings = {
        "NODE": "worker-1",
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": str(port),
        "MQTT_PASSWORD": password,
        "MQTT_CA_FILE": str(ca_file(folder)),
        "INTERVAL_S": str(INTERVAL_MS / 1000),
        "STATE_DIRECTORY": str(folder),
        "CLOCK_TRUSTED": "1",
        "PYTHONPATH": str(RASPBERRY_PI),
    }
    return DeviceProcess(folder, [sys.executable, "-m", "ahorrater_device", "--simulate", "35"], settings)


def counted(boot: int, size: int) -> list[tuple[int, int]]:
    return [(boot, seq) for seq in range(size)]


def test_a_broker_that_goes_and_comes_back_gets_every_reading_in_order(
    device: Start, broker: MosquittoServer, listener: Listener
):
    with device(broker.port):
        eventually(lambda: len(listener.readings()) >= 10)
        broker.stop()
        eventually(lambda: not listener.client.is_connected())
        broker.start()
        before = len(listener.readings())
        eventually(lambda: len(listener.readings()) >= before + 40)
    readings = listener.readings()
    assert readings == counted(1, len(readings))
    assert None not in listener.moments()


@pytest.mark.slow
def test_a_network_that_is_cut_loses_nothing_and_the_will_says_offline(
    device: Start, broker: MosquittoServer, listener: Listener
):
    with Link(broker.port) as link, device(link.port):
        eventually(lambda: len(listener.readings()) >= 10)
        link.cut()
        eventually(lambda: listener.statuses()[-1] == "offline", 40)
        link.mend()
        eventually(lambda: listener.statuses()[-1] == "online", 60)
        before = len(listener.readings())
        eventually(lambda: len(listener.readings()) >= before + 100, 60)
    readings = listener.readings()
    assert readings == counted(1, len(readings))


def test_a_device_that_is_killed_is_offline_and_counts_its_next_boot(
    device: Start, broker: MosquittoServer, listener: Listener
):
    with device(broker.port) as first:
        eventually(lambda: len(listener.readings()) >= 5)
        first.kill()
    eventually(lambda: listener.statuses() == ["online", "offline"])
    with device(broker.port):
        eventually(lambda: (2, 4) in listener.readings())
    boots = [boot for boot, _ in listener.readings()]
    assert boots == sorted(boots)


def test_commands_change_the_device_and_what_is_none_is_refused(
    tmp_path: Path, device: Start, broker: MosquittoServer, listener: Listener
):
    with device(broker.port) as process:
        eventually(lambda: len(listener.readings()) >= 2)
        command(tmp_path, broker, '{"explode": true}')
        command(tmp_path, broker, '{"interval_s": 0.4, "restart": true}')
        assert process.process is not None
        assert process.process.wait(10) in RESTART_WANTED
        assert "kept: interval 400 ms" in process.log()


@pytest.mark.parametrize("start", [core_device, pi_device])
def test_a_thief_with_another_password_is_refused(
    request: pytest.FixtureRequest, tmp_path: Path, broker: MosquittoServer, start: Callable[..., DeviceProcess]
):
    binary = [request.getfixturevalue("simulator")] if start is core_device else []
    with start(*binary, tmp_path, broker.port, password="guessed") as process:
        eventually(lambda: "refused" in process.log())
        assert "guessed" not in process.log()


def test_readings_of_a_device_that_was_killed_offline_arrive_after_its_next_start(
    tmp_path: Path, broker: MosquittoServer, listener: Listener
):
    broker.stop()
    with pi_device(tmp_path, broker.port) as first:
        eventually(lambda: len(Buffer(tmp_path / "readings.db")) >= 10)
        first.kill()
    waiting = len(Buffer(tmp_path / "readings.db"))
    broker.start()
    with pi_device(tmp_path, broker.port):
        eventually(lambda: (2, 5) in listener.readings())
    assert listener.readings()[:waiting] == counted(1, waiting)


def command(folder: Path, broker: MosquittoServer, text: str) -> None:
    """Sent by the node's own user: the ACL lets nobody else write there."""
    secure = [
        "-h",
        "127.0.0.1",
        "-p",
        str(broker.port),
        "--cafile",
        str(ca_file(folder)),
        "-u",
        "worker-1",
        "-P",
        "panel",
    ]
    topic = "ahorrater/v1/worker-1/cmd"
    subprocess.run(["mosquitto_pub", *secure, "-t", topic, "-m", text, "-q", "1"], check=True, timeout=10)
