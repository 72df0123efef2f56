"""What must be in the database after a soak, computed again from the ledger and compared with what is there."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from ahorrater.adapters.database.readings import window_of
from ahorrater.contracts.readings import Reading
from ahorrater.domain.parks import ParkState, Smoothing
from ahorrater.domain.samples import ParkSample
from tests.load.database import readable
from tests.load.soak_parts.devices import Device
from tests.load.soak_parts.samples import moment
from tests.load.soak_parts.timeline import Timeline

REPLAYED = 3_000
"""Readings that the smoothed power is computed from again: it has long forgotten those before."""
TOLERANCE = 1e-9


def differences(database: Path, devices: Iterable[Device], timeline: Timeline) -> Iterator[str]:
    """A sentence for each thing that is not as it should be; none at all if there is no drift."""
    with readable(database) as connection:
        for device in devices:
            node = timeline.nodes[device.place]
            yield from (f"{node}: {what}" for what in of_device(connection, device, timeline, node))


def of_device(connection: sqlite3.Connection, device: Device, timeline: Timeline, node: str) -> Iterator[str]:
    """Those of one park: what is stored and what is rolled up together are every reading, once."""
    (until, since) = connection.execute(
        "SELECT rolled_until, raw_since FROM park_state WHERE node = ?", (node,)
    ).fetchone()
    rolled_until, raw_since = moment(until), moment(since) if since else timeline.begin
    raw = connection.execute("SELECT seq FROM reading WHERE node = ? ORDER BY seq", (node,)).fetchall()
    first = next(seq for seq in range(device.sent) if timeline.begin + seq * timeline.period >= raw_since)
    if [seq for (seq,) in raw] != list(range(first, device.sent)):
        yield f"{len(raw)} readings are stored, not the {device.sent - first} from number {first} on"
    for step_s in (60, 3600):
        yield from of_means(connection, device, timeline, node, rolled_until, step_s)
    yield from of_state(connection, device, timeline, node)


def of_means(
    connection: sqlite3.Connection, device: Device, timeline: Timeline, node: str, until: datetime, step_s: int
) -> Iterator[str]:
    """The minute or hour means against those of the readings before `until`."""
    found = {
        moment(at): numbers
        for at, *numbers in connection.execute(
            "SELECT at, readings, power_w, power_min_w, power_max_w, voltage_v, current_a FROM rollup"
            " WHERE node = ? AND step_s = ?",
            (node, step_s),
        )
    }
    rolled = (
        one for one in timeline.readings(device.place, 0, device.sent) if one.measured_at and one.measured_at < until
    )
    expected = {begin: numbers_of(list(group)) for begin, group in groupby(rolled, lambda one: begin_of(one, step_s))}
    if found.keys() != expected.keys():
        yield f"{len(found)} means of {step_s} s, not {len(expected)}"
    wrong = [at for at in found.keys() & expected.keys() if not close(found[at], expected[at])]
    if wrong:
        yield f"{len(wrong)} means of {step_s} s are wrong, the first at {min(wrong)}"


def of_state(connection: sqlite3.Connection, device: Device, timeline: Timeline, node: str) -> Iterator[str]:
    """The running state against the one of the last readings."""
    recent, smoothed_w, mean_w = connection.execute(
        "SELECT recent, smoothed_power_w, mean_power_w FROM park_state WHERE node = ?", (node,)
    ).fetchone()
    last = timeline.readings(device.place, max(0, device.sent - REPLAYED), device.sent)
    state = ParkState(node).absorb([sample_of(reading) for reading in last], Smoothing())
    if [sample.seq for sample in window_of(recent)] != [sample.seq for sample in state.recent]:
        yield "the window of the last readings is another"
    if not close((smoothed_w, mean_w), (state.smoothed_power_w, state.mean("power_w")), 1e-6):
        yield f"smoothed {smoothed_w} W and mean {mean_w} W, not {state.smoothed_power_w} and {state.mean('power_w')}"


def numbers_of(group: list[Reading]) -> tuple[float, ...]:
    powers = [one.watts for one in group]
    count = len(group)
    volts, amperes = sum(one.voltage_v for one in group), sum(one.current_a for one in group)
    return count, sum(powers) / count, min(powers), max(powers), volts / count, amperes / count


def begin_of(reading: Reading, step_s: int) -> datetime:
    assert reading.measured_at is not None
    minute = reading.measured_at.replace(second=0, microsecond=0)
    return minute if step_s == 60 else minute - timedelta(minutes=minute.minute)


def close(found: Iterable[float], expected: Iterable[float], tolerance: float = TOLERANCE) -> bool:
    return all(abs(one - other) <= tolerance * max(1.0, abs(other)) for one, other in zip(found, expected, strict=True))


def sample_of(reading: Reading) -> ParkSample:
    assert reading.measured_at is not None
    return ParkSample(
        reading.measured_at, reading.boot, reading.seq, reading.voltage_v, reading.current_a, reading.watts, None, False
    )
