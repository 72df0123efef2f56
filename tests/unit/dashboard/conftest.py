import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.dashboard.function_server import Functions, running_functions

# As `streamlit run` does for the script that it runs.
sys.path.insert(0, str(Path(__file__).parents[3] / "streamlit_app"))


@pytest.fixture
def functions() -> Iterator[Functions]:
    with running_functions() as functions:
        yield functions
