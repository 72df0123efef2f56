"""From a published reading to the moved label: how long the whole chain takes in the local runner.

Three devices publish 100 readings/s in all. Once a second all parks fall to the same power, and half a second later the
next one becomes by far the best, under a policy that waits for nothing. Timed from that reading's publish to the watch
event that brings the label: through mosquitto, mqtt-source, broker, ingest-reading, choose-node, relabel
and the simulated Kubernetes API.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from tests.e2e.kill_run import NODES, Device
from tests.e2e.made_up import Run, make_up, until

EAGER = {
    "POLICY_HOLD_S": "0",
    "POLICY_FAILING_HOLD_S": "0",
    "POLICY_MINIMUM_STAY_S": "0",
    "POLICY_MOVE_COST_WH": "0",
    "SMOOTHING_S": "0",
}
RATE = 100
MOVE_EVERY_S = 1.0


class LabelWatch(threading.Thread):
    """Notes when each node gets the label."""

    def __init__(self, run: Run) -> None:
        super().__init__(daemon=True)
        query = "watch=true&labelSelector=sunny%3D1&timeoutSeconds=600"
        self._url = f"{run.addresses['kubernetes API']}/api/v1/nodes?{query}"
        self.labelled_at: list[tuple[float, str]] = []

    def run(self) -> None:
        """Until the process ends."""
        with urllib.request.urlopen(self._url, timeout=600) as events:
            for line in events:
                event = json.loads(line)
                if event["type"] == "ADDED":
                    self.labelled_at.append((time.perf_counter(), event["object"]["metadata"]["name"]))


def measure(run: Run, moves: int) -> list[float]:
    """The milliseconds of each move."""
    port = int(run.addresses["mosquitto"].rpartition(":")[2])
    devices = [Device(node, port) for node in NODES]
    devices[0].publish(60.0)
    until(run.sunny_nodes)
    watch = LabelWatch(run)
    watch.start()
    until(lambda: watch.labelled_at)
    latencies_ms, best, begun = [], 0, time.perf_counter()
    for number in range(int(moves * MOVE_EVERY_S * RATE)):
        time.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        phase = number % int(MOVE_EVERY_S * RATE)
        if phase == RATE // 2:
            best = (best + 1) % 3
            latencies_ms.append(move_ms(devices[best], watch))
        else:
            devices[number % 3].publish(60.0 if phase > RATE // 2 and number % 3 == best else 5.0)
    for device in devices:
        device.close()
    return latencies_ms


def move_ms(device: Device, watch: LabelWatch) -> float:
    """The device's park rises; the time from its publish to its label."""
    begun = time.perf_counter()
    device.publish(60.0)
    at = until(lambda: next((at for at, name in watch.labelled_at if name == device.node and at > begun), None))
    return (at - begun) * 1000


def main() -> None:
    """Prints the percentiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=60)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ahorrater-latency-") as folder,
        make_up(Path(folder) / "home", SIMULATED_PARKS="false", **EAGER) as run,
    ):
        latencies_ms = measure(run, arguments.moves)
    ordered = sorted(latencies_ms)
    p95 = ordered[int(0.95 * len(ordered))]
    print(
        f"publish -> label at {RATE} readings/s, {len(ordered)} moves: "
        f"p50 {statistics.median(ordered):.1f} ms, p95 {p95:.1f} ms, longest {ordered[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
