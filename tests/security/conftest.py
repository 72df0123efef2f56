"""The functions, running once for all attacks: whatever is sent to them, they go on."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ahorrater.adapters.database.migrate import migrate
from tests.security.running_functions import FUNCTIONS, RunningFunction, running_functions


@pytest.fixture(scope="package")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RunningFunction]]:
    folder = tmp_path_factory.mktemp("security")
    url = f"sqlite:///{folder}/ahorrater.db"
    migrate(url)
    sample = [sys.executable, "-m", "ahorrater.cli", "fuel", "load", "--sample"]
    subprocess.run(
        sample, env={**os.environ, "PYTHONPATH": str(FUNCTIONS), "DATABASE_URL": url}, check=True, capture_output=True
    )
    with running_functions(folder, url, ENERGY_QUERY_TTL_S="0") as started:  # what was told is seen at once
        yield started
