"""A machine for each test."""

from pathlib import Path

import pytest

from tests.unit.bare_metal.machine import Machine, fresh_machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return fresh_machine(tmp_path)


@pytest.fixture
def prepared(machine: Machine) -> Machine:
    """One with the prerequisites."""
    result = machine.cluster("prerequisites")
    assert result.returncode == 0, result.stderr
    return machine
