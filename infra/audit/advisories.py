"""What is known against the packages: pip-audit, in an environment of its own so that it changes nothing of ours."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.audit.lock import Pin

TIMEOUT_S = 600
SERVICES = ("pypi", "osv")
"""The advisory databases, in the order in which they are asked."""


class AuditUnavailableError(Exception):
    """Nothing could be asked: no pip-audit, or no advisory database."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A package that something is known against, and the versions that mend it."""

    package: str
    advisory: str
    fixed_in: tuple[str, ...]


def ask(environment: Path, pins: Sequence[Pin]) -> list[Hole]:
    """The holes of all packages. Raises AuditUnavailableError.

    One package is asked about first: where there is no answer to that one, the others are not asked about.
    """
    program = _installed(environment)
    for service in SERVICES:
        if _audited(_run(program, service, pins[:1])):
            return _holes(_run(program, service, pins))
    raise AuditUnavailableError(f"no advisory database answers ({', '.join(SERVICES)})")


def _installed(environment: Path) -> Path:
    program = environment / "bin" / "pip-audit"
    if program.exists():
        return program
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "pip-audit"]
    try:
        for command in ([sys.executable, "-m", "venv", str(environment)], pip):
            subprocess.run(command, check=True, timeout=TIMEOUT_S)  # noqa: S603 -- our own words
    except (OSError, subprocess.SubprocessError) as error:
        raise AuditUnavailableError(f"pip-audit cannot be installed: {error}") from None
    return program


def _run(program: Path, service: str, pins: Sequence[Pin]) -> list[dict[str, object]]:
    """What pip-audit says of each package; nothing where it says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.txt", Path(folder) / "answer.json"
        asked.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in pins), encoding="utf-8")
        options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json"]
        command = [str(program), *options, "-s", service, "-r", str(asked), "-o", str(answer)]
        subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT_S)  # noqa: S603 -- our own words
        return list(json.loads(answer.read_text())["dependencies"]) if answer.exists() else []


def _audited(found: Sequence[dict[str, object]]) -> bool:
    """pip-audit counts a package that the database does not know as fine; here it is one that was not audited."""
    return any("skip_reason" not in package for package in found)


def _holes(found: Sequence[dict[str, object]]) -> list[Hole]:
    return [
        Hole(str(package["name"]), str(hole["id"]), tuple(hole["fix_versions"]))
        for package in found
        for hole in package.get("vulns", [])  # type: ignore[attr-defined] # pip-audit's own JSON
    ]
