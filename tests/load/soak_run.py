"""Soak: does anything grow, and does anything drift?

    python -m tests.load.soak_run --minutes 60

`make up` without its simulated parks, a real mosquitto, three devices of our own at 500 readings/s in all. A day lasts
two minutes (`--day-minutes`): the functions that store, decide and roll up see a clock that runs that much faster
(tests/load/soak_clock), and so do the devices, so that retention has something to delete: RETENTION_RAW_DAYS=3. One
device is cut off for 20 s of every 120 and sends what it kept at once; each 97th reading comes twice; once a minute one
comes that is too old. Every ten seconds memory, open files, rows, sizes and lag are noted. At the end everything that
mosquitto acknowledged is computed again and compared with what is stored, rolled up and in the running states.

Ctrl-C ends it early; the verdict is then about what was.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.made_up import Run, make_up, until
from tests.load.database import readable
from tests.load.machine import LoadAverage, description
from tests.load.soak_parts.charts import draw
from tests.load.soak_parts.devices import Devices
from tests.load.soak_parts.recomputation import differences
from tests.load.soak_parts.samples import Sample, moment, take
from tests.load.soak_parts.timeline import Timeline, midnight

NODES = ("tfgrj1", "tfgrj2", "tfgrj3")
RAW_DAYS, KEPT_DAYS = 3, 2
"""Readings are kept three days; those older than two are refused."""
SAMPLE_EVERY_S = 10.0
BEFORE_START_S = 45.0
"""`make up` takes less; the hurried clock is set for this moment."""
QUESTIONS = (
    ("energy-query", "/rest/metrics/parks"),
    ("energy-query", "/rest/metrics/histories"),
    ("energy-query", "/rest/metrics/decisions"),
    ("cluster-query", "/rest/getNodePod"),
    ("fuel-query", "/rest/locate/provincia/"),
)
HERE = Path(__file__).parent
WARM_UP = 0.25
"""The share of the run after which nothing should grow any more."""


def settings_of(timeline: Timeline) -> dict[str, str]:
    """What this run has that another has not. Delays are those of a day of the ordinary length: so is the day here."""
    path = os.pathsep.join([str(HERE / "soak_clock"), os.environ.get("PYTHONPATH", "")])
    return {
        "PYTHONPATH": path,
        "SOAK_BEGAN_S": str(timeline.began_s),
        "SOAK_BEGIN": timeline.begin.isoformat(),
        "SOAK_SPEED": str(timeline.speed),
        "PARKS": ",".join(timeline.nodes),
        "SIMULATED_PARKS": "false",
        "RETENTION_RAW_DAYS": str(RAW_DAYS),
        "POLICY": "hysteresis",
        "POLICY_HOLD_S": "600",
        "POLICY_FAILING_HOLD_S": "600",
        "POLICY_MINIMUM_STAY_S": "7200",
        "POLICY_STALE_AFTER_S": "21600",
        "SMOOTHING_S": "30",
    }


def due(run: Run) -> None:
    """What the PingSource says every hour. A broker that is busy loses one: the next is soon."""
    event = {
        "Ce-Id": str(uuid.uuid4()),
        "Ce-Source": "/soak",
        "Ce-Type": "es.ahorrater.retention.due.v1",
        "Ce-Specversion": "1.0",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(f"{run.addresses['broker']}/ahorrater/default", b"{}", event)
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except OSError as error:
        print(f"retention was not told: {error}", flush=True)


def ask(run: Run) -> None:
    """What a dashboard would, so that those who answer have something to do."""
    for name, path in QUESTIONS:
        try:
            run.get(name, path)
        except OSError as error:
            print(f"{name} did not answer: {error}", flush=True)


def watch(run: Run, devices: Devices, timeline: Timeline, end: float) -> list[Sample]:
    """Until the end or Ctrl-C; retention is told every hurried hour."""
    samples: list[Sample] = []
    hour_s = 3600 / timeline.speed
    next_due, next_sample = time.time(), time.time()
    try:
        while time.time() < end:
            if time.time() >= next_due:
                due(run)
                next_due += hour_s
            if time.time() >= next_sample:
                ask(run)
                samples.append(take(run.process.pid, run.home, devices, timeline))
                tell(samples[-1])
                next_sample += SAMPLE_EVERY_S
            time.sleep(0.2)
    except KeyboardInterrupt:
        print("ended early", flush=True)
    return samples


def tell(sample: Sample) -> None:
    """One line."""
    lag_s = max(sample.lag_s.values(), default=0.0)
    memory_mib = sum(sample.memory_mib.values())
    print(
        f"{sample.elapsed_s / 60:6.1f} min  sent {sample.sent:>9,}  rows {sample.rows['reading']:>8,}"
        f"  means {sample.rows['rollup']:>7,}  {sample.database_mib:7.1f} MiB  memory {memory_mib:6.0f} MiB"
        f"  lag {lag_s:6.2f} s",
        flush=True,
    )


def settle(run: Run, devices: Devices, timeline: Timeline) -> None:
    """Waits until everything is stored and rolled up for the last time."""
    database = run.home / "ahorrater.db"

    def stored() -> bool:
        with readable(database) as connection:
            rows = dict(connection.execute("SELECT node, max(seq) FROM reading GROUP BY node"))
        return all(rows.get(timeline.nodes[one.place]) == one.sent - 1 for one in devices.devices)

    def rolled_up() -> bool:
        due(run)
        time.sleep(3)
        with readable(database) as connection:
            (late,) = connection.execute("SELECT count(*) FROM late_minute").fetchone()
            untils = [moment(at) for (at,) in connection.execute("SELECT rolled_until FROM park_state")]
        last = max(timeline.begin + one.sent * timeline.period for one in devices.devices)
        return late == 0 and all(until >= last for until in untils)

    until(stored, 300)
    until(rolled_up, 120)


def findings(run: Run, devices: Devices, timeline: Timeline, samples: list[Sample]) -> list[str]:
    """What is wrong; nothing if all is well."""
    database = run.home / "ahorrater.db"
    found = list(differences(database, devices.devices, timeline))
    unacknowledged = sum(device.waiting for device in devices.devices)
    if unacknowledged:
        found.append(f"{unacknowledged} readings were not acknowledged by mosquitto")
    ancient = sum(device.ancient for device in devices.devices)
    if samples and (letters := dead_letters(database)) != ancient:
        found.append(f"{letters} dead letters, not the {ancient} readings that were too old")
    return found


def dead_letters(database: Path) -> int:
    with readable(database) as connection:
        (letters,) = connection.execute("SELECT count(*) FROM dead_letter").fetchone()
    return int(letters)


def growth(samples: list[Sample]) -> dict[str, dict[str, float]]:
    """Of each process: MiB after the warm-up, at the end, and of the readings' rows likewise; means of a tenth."""
    tenth = max(1, len(samples) // 10)
    begin = int(len(samples) * WARM_UP)
    early, late = samples[begin : begin + tenth], samples[-tenth:]
    names = sorted({name for sample in samples for name in sample.memory_mib})

    def mean(some: list[Sample], name: str) -> float:
        return round(sum(sample.memory_mib.get(name, 0.0) for sample in some) / len(some), 1)

    return {name: {"after_warm_up_mib": mean(early, name), "at_the_end_mib": mean(late, name)} for name in names}


def play(arguments: argparse.Namespace, home: Path) -> int:
    """The whole soak; the exit status."""
    speed = 24 * 60 / arguments.day_minutes
    now = datetime.now(UTC)
    begin = midnight(arguments.minutes / arguments.day_minutes + 1, now)
    timeline = Timeline(time.time() + BEFORE_START_S, begin, speed, NODES, arguments.rate)
    with make_up(home, **settings_of(timeline)) as run, LoadAverage() as load:
        port = int(run.addresses["mosquitto"].rpartition(":")[2])
        devices = Devices(timeline, port, int(timedelta(days=KEPT_DAYS) / timeline.period))
        devices.start()
        time.sleep(max(0.0, timeline.began_s - time.time()))
        samples = watch(run, devices, timeline, timeline.began_s + arguments.minutes * 60)
        devices.stop()
        settle(run, devices, timeline)
        wrong = findings(run, devices, timeline, samples)
        samples.append(take(run.process.pid, run.home, devices, timeline))
    report(arguments, timeline, devices, samples, wrong, load.span)
    return 1 if wrong else 0


def report(
    arguments: argparse.Namespace,
    timeline: Timeline,
    devices: Devices,
    samples: list[Sample],
    wrong: list[str],
    load: tuple[float, float],
) -> None:
    """Writes charts and figures; prints the verdict."""
    lags_s = sorted(max(sample.lag_s.values(), default=0.0) for sample in samples)
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": description(),
        "load_average": load,
        "minutes": round(samples[-1].elapsed_s / 60, 1),
        "days": round(samples[-1].elapsed_s / 60 / arguments.day_minutes, 1),
        "rate": arguments.rate,
        "sent": sum(device.sent for device in devices.devices),
        "repeated": sum(device.repeated for device in devices.devices),
        "too_old": sum(device.ancient for device in devices.devices),
        "lag_p50_s": lags_s[len(lags_s) // 2],
        "memory": growth(samples),
        "wrong": wrong,
        "samples": [sample.as_json() for sample in samples],
    }
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "soak.json").write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    draw(samples, arguments.folder)
    print(json.dumps({name: value for name, value in document.items() if name != "samples"}, indent=1))
    print("NO DRIFT" if not wrong else "\n".join(["DRIFT:", *wrong]), flush=True)


def main() -> int:
    """Plays; 1 if something drifted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--day-minutes", type=float, default=2, help="real minutes that a day lasts")
    parser.add_argument("--rate", type=float, default=500, help="readings of all devices in a second")
    parser.add_argument("--folder", type=Path, default=Path("docs/load"), help="where charts and figures go")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="ahorrater-soak-") as folder:
        return play(arguments, Path(folder) / "home")


if __name__ == "__main__":
    sys.exit(main())
