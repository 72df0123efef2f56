"""What was measured, kept in docs/load/replicas.json: targets may be measured at different times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from tests.load.http_load.k6 import Summary
from tests.load.results import FOLDER

FILE = FOLDER / "replicas.json"


@dataclass(frozen=True)
class Measured:
    """One run of k6 against so many pods. `load_average`: the least and the most of the machine's meanwhile."""

    target: str
    replicas: int
    found: Summary
    measured_at: datetime
    load_average: tuple[float, float]


_STORED = TypeAdapter(list[Measured])


def load() -> list[Measured]:
    """All; none if nothing was measured yet."""
    return _STORED.validate_json(FILE.read_bytes()) if FILE.exists() else []


def save(found: Sequence[Measured]) -> None:
    """In place of what there was of the same targets."""
    targets = {one.target for one in found}
    kept = [one for one in load() if one.target not in targets]
    everything = sorted([*kept, *found], key=lambda one: (one.target, one.found.requests, one.replicas))
    FILE.write_bytes(_STORED.dump_json(everything, indent=1) + b"\n")
