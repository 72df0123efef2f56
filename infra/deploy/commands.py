"""Programs that are run: kubectl, git, what builds images."""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from infra.deploy.errors import DeployError


def run(command: Sequence[str], *, stdin: str | None = None, folder: Path | None = None) -> str:
    """What the program wrote to its output. Raises DeployError with what it wrote to its errors."""
    try:
        done = subprocess.run(command, input=stdin, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DeployError(f"{command[0]} is not installed, or not on the PATH") from None
    if done.returncode != 0:
        raise DeployError(f"{shlex.join(command)[:200]} failed:\n{done.stderr.strip()[-3000:]}")
    return done.stdout


def version_of(root: Path) -> str:
    """What git calls this state of the repository."""
    return run(["git", "describe", "--tags", "--always", "--dirty"], folder=root).strip()
