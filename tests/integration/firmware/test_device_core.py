"""The firmware's core on this machine: its own tests, under the sanitizers, and a short run of its fuzzers."""

import shutil
import subprocess
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parents[3] / "firmware"


def make(target: str, build: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    """`make TARGET` in the firmware's folder, building elsewhere."""
    command = ["make", "-C", str(FIRMWARE), target, f"BUILD={build}", *variables]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def test_the_core_passes_its_tests_under_the_sanitizers(tmp_path: Path):
    run = make("test", tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Status: SUCCESS" in run.stdout


@pytest.mark.skipif(shutil.which("riscv64-unknown-elf-g++") is None, reason="gcc-riscv64-unknown-elf is not installed")
def test_the_core_compiles_for_a_microcontroller(tmp_path: Path):
    run = make("riscv", tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_esp32_sketch_is_well_formed(tmp_path: Path):
    run = make("esp32-syntax", tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.skipif(shutil.which("clang++") is None, reason="clang is not installed")
def test_nothing_crashes_the_core(tmp_path: Path):
    run = make("fuzz", tmp_path, "FUZZ_S=1")
    assert run.returncode == 0, run.stdout + run.stderr
