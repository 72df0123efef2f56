"""What was measured, kept in docs/load/results.json: the parts may be measured at different times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from tests.load.http_load.scenarios import Pair, RampStep, Soak, Spike
from tests.load.mqtt_load.saturation import Overload, Step

FOLDER = Path(__file__).parents[2] / "docs" / "load"
FILE = FOLDER / "results.json"


@dataclass(frozen=True)
class Circumstances:
    """When, on what, and how busy it was: the least and the most of the load average of a minute."""

    measured_at: datetime
    machine: dict[str, str]
    load_average: tuple[float, float]


@dataclass(frozen=True)
class Matrix:
    """The thesis's counts of requests, ours beside bare."""

    circumstances: Circumstances
    pairs: list[Pair]


@dataclass(frozen=True)
class Shapes:
    """Ramp, spike and soak."""

    circumstances: Circumstances
    ramps: list[RampStep]
    spikes: list[Spike]
    soaks: list[Soak]


@dataclass(frozen=True)
class Readings:
    """MQTT up to saturation."""

    circumstances: Circumstances
    steps: list[Step]


@dataclass(frozen=True)
class PastKnee:
    """MQTT past it."""

    circumstances: Circumstances
    found: Overload


@dataclass(frozen=True)
class Results:
    """Each part as it was measured last; None if it never was."""

    matrix: Matrix | None = None
    paths: Matrix | None = None
    shapes: Shapes | None = None
    readings: Readings | None = None
    overload: PastKnee | None = None

    def troubles(self) -> list[str]:
        """What must not be: failed requests, lost readings."""
        steps = self.readings.steps if self.readings else []
        past_knee = [self.overload.found.step] if self.overload else []
        return [*_failed_requests(self.matrix), *_failed_requests(self.paths), *_lost_readings([*steps, *past_knee])]


def _failed_requests(matrix: Matrix | None) -> Iterable[str]:
    for pair in matrix.pairs if matrix else ():
        if pair.ours.failed or pair.ours.requests < pair.requests:
            yield f"{pair.target}: {pair.ours.requests} of {pair.requests} requests made, {pair.ours.failed} failed"


def _lost_readings(steps: Iterable[Step]) -> Iterable[str]:
    for step in steps:
        if step.lost > 0:
            yield f"{step.rate:g} readings/s: {step.lost} of {step.accepted} were lost"


_RESULTS = TypeAdapter(Results)


def load() -> Results:
    """What is kept."""
    return _RESULTS.validate_json(FILE.read_bytes()) if FILE.exists() else Results()


def save(results: Results) -> None:
    """Keeps it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(_RESULTS.dump_json(results, indent=1) + b"\n")
