"""The code of a version, and its functions as processes."""

import io
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.processes.child import ProcessSpec
from tests.integration.child_process import ChildProcess
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port
from tests.upgrades.releases import Release

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Code:
    """A version's code in a folder."""

    version: str
    root: Path

    def run(self, *arguments: str, environment: Mapping[str, str]) -> None:
        """`python -m ahorrater.cli`, to its end."""
        command = [sys.executable, "-m", "ahorrater.cli", *arguments]
        subprocess.run(command, check=True, env={**environment, **self._path}, cwd=self.root, capture_output=True)

    def instance(self, spec: ProcessSpec, logs: Path, ready_path: str, port_setting: str = "PORT") -> "Instance":
        """What `spec` starts of today's code, of this version's."""
        port = free_port()
        command = [part.replace(str(ROOT / "functions"), str(self.root / "functions")) for part in spec.command]
        environment = {**spec.environment, port_setting: str(port), **self._path}
        return Instance(command, environment, logs / f"{spec.name}-{self.version}.log", f"127.0.0.1:{port}", ready_path)

    @property
    def _path(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self.root / 'functions'}:{self.root}"}


TODAY = Code("today", ROOT)


def code_of(release: Release, folder: Path) -> Code:
    """A released version's code, out of git's history; skips where that is not here."""
    archive = subprocess.run(
        ["git", "archive", release.commit, "functions"], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"git has no history here to take {release} from: {archive.stderr.decode().strip()}")
    root = folder / str(release)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(root, filter="data")
    return Code(str(release), root)


class Instance(ChildProcess):
    """A running function; `address` is host:port."""

    def __init__(
        self, command: Iterable[str], environment: Mapping[str, str], log_file: Path, address: str, ready_path: str
    ) -> None:
        self.address = address
        self._command, self._environment, self._log_file = list(command), dict(environment), log_file
        self._ready_url = f"http://{address}{ready_path}"

    def start(self) -> "Instance":
        with self._log_file.open("ab") as output:
            self.process = subprocess.Popen(
                self._command, env=self._environment, cwd=self._log_file.parent, stdout=output, stderr=output
            )
        return self

    def is_ready(self) -> bool:
        """Raises AssertionError, with its log, where it has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            with urllib.request.urlopen(self._ready_url, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log(self) -> str:
        return self._log_file.read_text()


def all_ready(instances: Iterable[Instance]) -> None:
    """Returns when they are."""
    for instance in instances:
        eventually(instance.is_ready)
