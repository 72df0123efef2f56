"""Everything bad that can come by MQTT, through the whole running system.

Good neighbours are stored, each bad one is kept among the dead letters with its reason, and nothing stops.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from tests.e2e.made_up import Run, make_up, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

NODE = "tfgrj2"


def reading(seq: int, **changes: Any) -> bytes:
    document = {
        "boot": 1,
        "seq": seq,
        "measured_at": datetime.now(UTC).isoformat(),
        "voltage_v": 18.0,
        "current_a": 1.0,
    }
    return json.dumps({**document, **changes}).encode()


def bad_messages() -> list[tuple[str, bytes, str]]:
    """(node, payload, what the reason must say)."""
    now = datetime.now(UTC)
    return [
        (NODE, b"not json", "json"),
        (NODE, b"", "json"),
        (NODE, b"\xff\xfe\x00", "json"),
        (NODE, b"[1, 2]", "object"),
        (NODE, b'{"boot": 1}', "seq"),
        (NODE, reading(1, voltage_v="18"), "voltage_v"),
        (NODE, reading(2, voltage_v=26.5), "voltage_v"),
        (NODE, reading(3, current_a=-3.3), "current_a"),
        (NODE, reading(4).replace(b"18.0", b"NaN"), "voltage_v"),
        (NODE, reading(5, surprise=1), "surprise"),
        (NODE, reading(-1), "seq"),
        (NODE, reading(7, node="tfgrj3"), "tfgrj3"),
        ("stranger", reading(8), "stranger"),
        (NODE, b"x" * 1_000_000, "1000000 bytes"),
        (NODE, reading(9, measured_at=(now + timedelta(hours=1)).isoformat()), "future"),
        (NODE, reading(10, measured_at="1999-12-31T23:59:59Z"), "too long ago"),
        (NODE, reading(11, measured_at="noon"), "measured_at"),
    ]


def publish(run: Run, messages: list[tuple[str, bytes]]) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", int(run.addresses["mosquitto"].rpartition(":")[2]))
    client.loop_start()
    for node, payload in messages:
        client.publish(f"ahorrater/v1/{node}/telemetry", payload, qos=1).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def test_bad_messages_end_in_the_dead_letters_and_good_ones_in_the_database(tmp_path: Path) -> None:
    bad = bad_messages()
    mixed = [(NODE, reading(100))]
    for number, (node, payload, _) in enumerate(bad):
        mixed += [(node, payload), (NODE, reading(200 - number)), (NODE, reading(200 - number))]
    with make_up(tmp_path / "home", SIMULATED_PARKS="false") as run:
        publish(run, mixed)

        def stored() -> int:
            history = run.get("energy-query", f"/rest/metrics/history?node={NODE}")
            return sum(point["readings"] for point in history["points"])

        until(lambda: stored() == len(bad) + 1)
        letters: list[Any] = []

        def all_buried() -> bool:
            letters[:] = run.get("energy-query", "/rest/metrics/deadLetters?limit=100")
            return len(letters) >= len(bad)

        until(all_buried)
        reasons = [letter["reason"].lower() for letter in letters]
        assert len(reasons) == len(bad)
        for _, _, says in bad:
            telling = next((reason for reason in reasons if says.lower() in reason), None)
            assert telling is not None, (says, reasons)
            reasons.remove(telling)
        assert stored() == len(bad) + 1
