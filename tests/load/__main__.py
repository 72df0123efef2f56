"""`make load`: HTTP and MQTT load, and the report docs/load/README.md.

`python -m tests.load matrix` (or `paths`, `shapes`, `readings`, `overload`, `report`: the page only) measures that
part, which replaces the one before in the report. 0: no request failed, no reading was lost.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.made_up import Run
from tests.load import report
from tests.load.http_load import scenarios
from tests.load.http_load.targets import Target, every_path, running
from tests.load.machine import LoadAverage, description
from tests.load.mqtt_load import saturation
from tests.load.processes import processes_of
from tests.load.results import Circumstances, Matrix, PastKnee, Readings, Results, Shapes, load, save

MEASURED = ("matrix", "paths", "shapes", "readings", "overload")
PARTS = (*MEASURED, "report")
PATH_ROUNDS = (2_600,) * 3
SETTLE_S = 2.0
"""Between the rate that broke it and the next load."""


def main() -> int:
    """Measures what is asked for, one part after the other; what fails keeps its old figures, and the others go on."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what we started ends with us
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s {text}", flush=True)

    results, failed = load(), False
    for part in MEASURED:
        if part in arguments.parts:
            try:
                results = _measured(part, results, arguments, say)
            except Exception:  # noqa: BLE001 -- said, and the exit status
                say(f"{part} was not measured:\n{traceback.format_exc()}")
                failed = True
            save(results)
    report.write(results)
    for trouble in results.troubles():
        say(trouble)
    return 1 if failed or results.troubles() else 0


def _measured(part: str, results: Results, arguments: argparse.Namespace, say: scenarios.Say) -> Results:
    match part:
        case "matrix":
            return replace(results, matrix=_matrix(arguments.requests, say))
        case "paths":
            return replace(results, paths=_paths(arguments.only, arguments.path_requests, say))
        case "shapes":
            return replace(results, shapes=_shapes(say))
        case "readings":
            return replace(results, readings=_readings(say))
        case _:
            rate = arguments.rate or saturation.OVERLOAD_FACTOR * _knee(results)
            return replace(results, overload=_overload(rate, arguments.overload_seconds, say))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    every = [*PARTS, PARTS]  # argparse of Python 3.11 looks for the default, too, among the choices
    parser.add_argument("parts", nargs="*", choices=every, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--requests", type=int, nargs="+", default=scenarios.MATRIX, help="of the matrix")
    parser.add_argument("--rate", type=float, help="readings/s of the overload; else twice the knee found last")
    parser.add_argument(
        "--path-requests", type=int, nargs="+", default=PATH_ROUNDS, help="of each path, round by round"
    )
    parser.add_argument("--overload-seconds", type=float, default=saturation.OVERLOAD_S)
    parser.add_argument("--only", default="", help="of the paths, those with this in their name")
    return parser.parse_args()


def _matrix(counts: Sequence[int], say: scenarios.Say) -> Matrix:
    say("Requests: the thesis's counts, ours and bare in turn")
    with LoadAverage() as busy, _home() as folder, running(Path(folder)) as (targets, run):
        for target in targets:
            scenarios.smoke(target, say)
        pairs = [pair for target in targets for pair in scenarios.matrix(target, _pid_of(target, run), say, counts)]
    return Matrix(_circumstances(busy), pairs)


def _paths(only: str, counts: Sequence[int], say: scenarios.Say) -> Matrix:
    say("Requests: every path that can be asked for, ours and bare in turn")
    with LoadAverage() as busy, _home() as folder, running(Path(folder)) as (_, run):
        if run is None:
            raise SystemExit("`paths` wants a system of its own: unset *_QUERY_URL")
        asked = [(target, _pid_of(target, run)) for target in every_path(run) if only in target.name]
        pairs = [pair for target, pid in asked for pair in scenarios.matrix(target, pid, say, counts)]
    return Matrix(_circumstances(busy), pairs)


def _shapes(say: scenarios.Say) -> Shapes:
    say("Requests: ramp, spike, soak")
    ramps, spikes, soaks = [], [], []
    with LoadAverage() as busy, _home() as folder, running(Path(folder)) as (targets, run):
        for target in {target.service: target for target in targets}.values():
            scenarios.smoke(target, say)
            steps = scenarios.ramp(target, say)
            ramps += steps
            time.sleep(SETTLE_S)
            held = scenarios.highest_held(steps)
            spikes.append(scenarios.spike(target, max(1, held // 20), say))
            soaks.append(scenarios.soak(target, max(1, held // 4), _pid_of(target, run), say))
    return Shapes(_circumstances(busy), ramps, spikes, soaks)


def _readings(say: saturation.Say) -> Readings:
    say("Readings by MQTT")
    with LoadAverage() as busy, _home() as folder, saturation.playing(Path(folder), say) as system:
        steps = saturation.ladder(system)
    return Readings(_circumstances(busy), steps)


def _knee(results: Results) -> float:
    edge = saturation.knee(results.readings.steps) if results.readings else None
    if edge is None:
        raise SystemExit("nobody knows the knee: run `readings` first")
    return edge


def _overload(rate: float, seconds: float, say: saturation.Say) -> PastKnee:
    say(f"{rate:g} readings/s for {seconds:g} s")
    with LoadAverage() as busy, _home() as folder, saturation.playing(Path(folder), say) as system:
        found = saturation.overload(system, rate, seconds)
    return PastKnee(_circumstances(busy), found)


def _circumstances(busy: LoadAverage) -> Circumstances:
    return Circumstances(datetime.now(UTC), description(), busy.span)


def _home() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="ahorrater-load-")


def _pid_of(target: Target, run: Run | None) -> int | None:
    """The process that answers, if it is one of ours."""
    return processes_of(run.process.pid)[target.service] if run else None


if __name__ == "__main__":
    raise SystemExit(main())
