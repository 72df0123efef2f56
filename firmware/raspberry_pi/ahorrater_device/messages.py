"""The payloads that a device publishes, and the commands that it obeys."""

import json
from dataclasses import dataclass
from datetime import datetime

from ahorrater_device.buffer import Reading
from ahorrater_device.clock import Moment, utc_of

SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 0.2, 3600.0
DECIMALS = 4


def telemetry(reading: Reading, now: Moment) -> str:
    """`.../telemetry`. `measured_at` is null where nobody knows it."""
    measured_at = utc_of(reading.measured, now)
    measurement = reading.measurement
    return json.dumps(
        {
            "boot": reading.boot,
            "seq": reading.seq,
            "measured_at": measured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            if measured_at
            else None,
            "voltage_v": round(measurement.voltage_v, DECIMALS),
            "current_a": round(measurement.current_a, DECIMALS),
            "power_w": round(measurement.power_w, DECIMALS),
            "overflow": measurement.overflow,
        },
        allow_nan=False,
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status(word: str, boot: int) -> str:
    """`.../status`: online, offline or sleeping."""
    return json.dumps({"status": word, "boot": boot})


@dataclass(frozen=True, slots=True)
class Command:
    """What people may ask, on `.../cmd`: another interval, a restart. None: nothing was said of it."""

    interval_s: float | None = None
    restart: bool = False


def parse_command(payload: bytes) -> Command:
    """The command. Raises ValueError, saying what is wrong."""
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        raise ValueError("no JSON object") from None
    if not isinstance(said, dict) or not said or said.keys() - {"interval_s", "restart"}:
        raise ValueError("members are interval_s and restart")
    return Command(_interval_s(said.get("interval_s")), _flag(said.get("restart", False)))


def _interval_s(value: object) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not SHORTEST_INTERVAL_S <= float(str(value)) <= LONGEST_INTERVAL_S:
        raise ValueError(f"interval_s is a number from {SHORTEST_INTERVAL_S} to {LONGEST_INTERVAL_S:.0f}")
    return float(str(value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("restart is true or false")  # noqa: TRY004 -- people's text, not a program's type
    return value
