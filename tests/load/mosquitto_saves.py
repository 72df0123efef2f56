"""How often mosquitto should save: what a kill -9 loses of what it acknowledged, and what saving costs.

Readings come in at a steady rate while mqtt-source is away and a backlog already waits for it. Then mosquitto is
killed, started again, and the session's queue is counted:
`python -m tests.load.mosquitto_saves --backlog 0 10000 100000`
"""

import argparse
import re
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.integration.mosquitto_server import CONFIGURATION, MosquittoServer

TOPIC, SESSION = "ahorrater/v1/tfgrj2/telemetry", "ahorrater-mqtt-source"
PAYLOAD = b"x" * 150
SAVES = {
    "every 15 s": ("15", "false"),
    "every second": ("1", "false"),
    "every 100 changes": ("100", "true"),
    "every change": ("1", "true"),
}


@dataclass
class Publisher:
    """Publishes at a rate, never waiting, and notes when each message was acknowledged."""

    port: int
    sent_s: dict[int, float] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.max_inflight_messages_set(0)
        self.client.on_publish = self._on_publish
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()

    def _on_publish(self, _client: Client, _data: object, mid: int, *_: object) -> None:
        self.delays_s.append(time.monotonic() - self.sent_s.pop(mid))

    def publish(self, count: int, rate: float) -> None:
        start = time.monotonic()
        for number in range(count):
            self.sent_s[self.client.publish(TOPIC, PAYLOAD, qos=1).mid] = time.monotonic()
            time.sleep(max(0.0, start + (number + 1) / rate - time.monotonic()))

    def settle(self, deadline_s: float) -> None:
        end = time.monotonic() + deadline_s
        while self.sent_s and time.monotonic() < end:
            time.sleep(0.01)


def source(port: int) -> tuple[Client, list[int]]:
    """mqtt-source's session, and what was delivered to it."""
    heard: list[int] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id=SESSION, protocol=MQTTv5)

    def note(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(message.mid)

    client.on_message = note
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600
    properties.ReceiveMaximum = 2000
    client.connect("127.0.0.1", port, clean_start=False, properties=properties)
    client.loop_start()
    return client, heard


def leave(client: Client) -> None:
    client.disconnect()
    client.loop_stop()


def run(folder: Path, interval: str, on_changes: str, backlog: int, rate: float, seconds: float) -> str:
    """One line of the table."""
    shared = folder / "shared"
    shared.mkdir()
    text = (CONFIGURATION / "shared" / "delivery.conf").read_text()
    text = re.sub(r"(?m)^autosave_interval .*", f"autosave_interval {interval}", text)
    text = re.sub(r"(?m)^autosave_on_changes .*", f"autosave_on_changes {on_changes}", text)
    (shared / "delivery.conf").write_text(text)
    server = MosquittoServer(folder)
    configuration = folder / "mosquitto.conf"
    configuration.write_text(configuration.read_text().replace(str(CONFIGURATION / "shared"), str(shared)))
    with server:
        client, _ = source(server.port)
        client.subscribe(TOPIC, 1)
        time.sleep(0.5)
        leave(client)
        filler = Publisher(server.port)
        filler.publish(backlog, 20_000)
        filler.settle(120)
        leave(filler.client)
        server.restart()  # SIGTERM saves all of the backlog
        process = server._process
        assert process is not None
        publisher = Publisher(server.port)
        before_s = cpu_s(process.pid)
        publisher.publish(int(rate * seconds), rate)
        spent_s = cpu_s(process.pid) - before_s
        acknowledged = len(publisher.delays_s)
        process.kill()
        process.wait()
        leave(publisher.client)
        server.start()
        client, heard = source(server.port)
        count = -1
        while count < len(heard):
            count = len(heard)
            time.sleep(1)
        leave(client)
    lost = max(0, filler_count(filler, backlog) + acknowledged - len(heard))
    milliseconds = [delay * 1000 for delay in sorted(publisher.delays_s)]
    return (
        f"{acknowledged:>6} acknowledged, {lost:>5} lost, p50 {statistics.median(milliseconds):7.1f} ms, "
        f"longest {milliseconds[-1]:8.1f} ms, CPU {spent_s / seconds:4.0%}"
    )


def filler_count(filler: Publisher, backlog: int) -> int:
    return backlog - len(filler.sent_s)


def cpu_s(pid: int) -> float:
    """User and system time of a process, s."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlog", type=int, nargs="+", default=[0, 10_000, 100_000])
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=8)
    arguments = parser.parse_args()
    for backlog in arguments.backlog:
        for name, (interval, on_changes) in SAVES.items():
            with tempfile.TemporaryDirectory() as folder:
                line = run(Path(folder), interval, on_changes, backlog, arguments.rate, arguments.seconds)
            print(f"backlog {backlog:>7}, saved {name:<18} {line}", flush=True)


if __name__ == "__main__":
    main()
