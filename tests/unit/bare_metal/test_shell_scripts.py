"""The shell scripts of infra (and of this test) parse and pass shellcheck; every step of bare_metal is documented."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.bare_metal.machine import BARE_METAL, REPOSITORY

STEPS = sorted((BARE_METAL / "steps").glob("*.bash"))


def is_shell(file: Path) -> bool:
    return file.suffix == ".bash" or (
        file.is_file() and not file.suffix and file.read_bytes().startswith(b"#!/usr/bin/env bash")
    )


FOLDERS = [REPOSITORY / "infra", Path(__file__).parent]
SCRIPTS = sorted(file for folder in FOLDERS for file in folder.rglob("*") if is_shell(file))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_parses(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is missing: make install-test")
def test_shellcheck_has_nothing_to_say() -> None:
    result = subprocess.run(["shellcheck", "--external-sources", *SCRIPTS], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("step", STEPS, ids=lambda file: file.stem)
def test_a_step_is_described_and_can_be_checked(step: Path) -> None:
    text = step.read_text()
    assert text.startswith("# ")
    assert "\n# On: " in text
    assert "\napply() {" in text
    assert "\ncheck() {" in text
    assert f"`{step.stem}" in (BARE_METAL / "README.md").read_text()
