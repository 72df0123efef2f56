"""Devices that publish by a schedule, as a process of its own: `devices.py PORT BOOT BEGIN DEVICES RATE SECONDS`.

BEGIN is a moment of the monotonic clock, which all processes of a machine share. At the end it prints, as JSON, how
many readings mosquitto acknowledged and how late the sender itself was.
"""

import asyncio
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.load.mqtt_load.packets import CONNACK_ACCEPTED, LARGEST_PACKET_ID, PUBACK_BYTES, connect, publish
from tests.load.mqtt_load.schedule import Schedule

REPOSITORY = Path(__file__).parents[3]
TICK_S = 0.002
CONNECTED_WITHIN_S, ACKNOWLEDGED_WITHIN_S = 10.0, 900.0


@dataclass(frozen=True)
class Sent:
    """What mosquitto acknowledged, and how late the sender was at worst, s."""

    accepted: int
    latest_s: float


def node(device: int) -> str:
    """The park of a device."""
    return f"load-{device:03}"


@contextmanager
def playing(port: int, boot: int, begin: float, schedule: Schedule) -> Iterator["subprocess.Popen[str]"]:
    """The process, which ends with the block."""
    numbers = (port, boot, begin, schedule.devices, schedule.rate, schedule.seconds)
    command = [sys.executable, "-m", "tests.load.mqtt_load.devices", *map(str, numbers)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def result(process: "subprocess.Popen[str]") -> Sent:
    """What it printed at its end. RuntimeError if it failed."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the devices failed; see above")
    return Sent(**json.loads(output))


class Device(asyncio.Protocol):
    """One connection. mosquitto sends it nothing but a CONNACK and PUBACKs of four bytes each."""

    def __init__(self, number: int, boot: int) -> None:
        self._number, self._boot = number, boot
        self._topic = f"ahorrater/v1/{node(number)}/telemetry"
        self._received = bytearray()
        self._acknowledged_bytes = 0
        self.seq = 0
        self.connected, self.all_acknowledged = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(connect(f"{node(self._number)}-{self._boot}"))

    def data_received(self, data: bytes) -> None:
        missing = len(CONNACK_ACCEPTED) - len(self._received)
        self._received += data[:missing]
        self._acknowledged_bytes += len(data[missing:])
        if bytes(self._received) == CONNACK_ACCEPTED:
            self.connected.set()
        if self.acknowledged == self.seq:
            self.all_acknowledged.set()

    @property
    def acknowledged(self) -> int:
        return self._acknowledged_bytes // PUBACK_BYTES

    def publish(self, readings: int, elapsed_s: float) -> None:
        """The next ones, in one write."""
        measured_at = datetime.now(UTC).isoformat()
        current_a = 1.5 + math.sin(elapsed_s / 20 + self._number)
        packets = bytearray()
        for seq in range(self.seq, self.seq + readings):
            payload = (
                f'{{"boot": {self._boot}, "seq": {seq}, "measured_at": "{measured_at}", '
                f'"voltage_v": 18.2, "current_a": {current_a + seq % 7 / 100:.3f}}}'
            )
            packets += publish(self._topic, seq % LARGEST_PACKET_ID + 1, payload.encode())
        self.seq += readings
        self.all_acknowledged.clear()
        self._transport.write(packets)

    def close(self) -> None:
        self._transport.close()


async def play(port: int, boot: int, begin: float, schedule: Schedule) -> Sent:
    """Publishes all of the schedule and waits for the acknowledgements."""
    devices = [await _connected(port, number, boot) for number in range(schedule.devices)]
    sent, latest_s = 0, 0.0
    while sent < schedule.readings:
        elapsed_s = time.monotonic() - begin
        due = schedule.due_by(elapsed_s) if elapsed_s >= 0 else 0
        if due > sent:
            latest_s = max(latest_s, elapsed_s - sent / schedule.rate)
            for number, device in enumerate(devices):
                if more := len(range(number, due, len(devices))) - device.seq:
                    device.publish(more, elapsed_s)
            sent = due
        await asyncio.sleep(TICK_S)
    with suppress(TimeoutError):
        async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
            for device in devices:
                await device.all_acknowledged.wait()
    for device in devices:
        device.close()
    return Sent(sum(device.acknowledged for device in devices), latest_s)


async def _connected(port: int, number: int, boot: int) -> Device:
    loop = asyncio.get_running_loop()
    _, device = await loop.create_connection(lambda: Device(number, boot), "127.0.0.1", port)
    async with asyncio.timeout(CONNECTED_WITHIN_S):
        await device.connected.wait()
    return device


if __name__ == "__main__":
    port, boot, begin, devices, rate, seconds = map(float, sys.argv[1:])
    plan = Schedule(int(devices), rate, seconds)
    print(json.dumps(asdict(asyncio.run(play(int(port), int(boot), begin, plan)))))
