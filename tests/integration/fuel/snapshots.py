"""The three real snapshots of the shared test data; tests that need them are skipped where it is absent."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "fuel"
DAYS = ("2022-03-30", "2022-03-31", "2022-04-04")


@cache
def snapshot_body(day: str) -> bytes:
    """The answer of a day."""
    path = FOLDER / f"eess_{day}.json.gz"
    if not path.exists():
        pytest.skip("the real snapshots (../shared/data/fuel) are not on this machine")
    return gzip.decompress(path.read_bytes())


@cache
def snapshot_stations(day: str) -> dict[str, dict[str, Any]]:
    """The stations of a day by their number, as they were sent: the other means to know what is right."""
    return {station["IDEESS"]: station for station in json.loads(snapshot_body(day))["ListaEESSPrecio"]}
