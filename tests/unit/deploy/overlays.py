"""The overlays as kustomize renders them, and what is put together without it."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from infra.deploy.manifests.objects import Json, parse

ROOT = Path(__file__).parents[3]
OVERLAYS = ("dev", "production", "knative-less")


def manifest_files() -> list[Path]:
    """Every YAML file under knative/."""
    return sorted((ROOT / "knative").rglob("*.yaml"))


@cache
def objects_of(overlay: str) -> list[Json]:
    """What kubectl's kustomize makes of an overlay; the test is skipped where there is no kubectl."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed: overlays are only read file by file")
    command = ["kubectl", "kustomize", str(ROOT / "knative" / "overlays" / overlay)]
    return parse(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def base() -> list[Json]:
    """The objects of knative/base, which is a list of plain files."""
    folder = ROOT / "knative" / "base"
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    return [item for file in listed for item in parse((folder / file).read_text(encoding="utf-8"))]
