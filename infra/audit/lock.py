"""Lock files: each package at one version, with the hashes of what may be installed as it."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: *; *(?P<marker>[^\\]+?))? *\\?")
_HASH = re.compile(r" +--hash=sha256:([0-9a-f]{64})(?: \\)?")


class LockError(ValueError):
    """A lock file with something else in it than packages and hashes."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package. `marker`: on which machines; `hashes`: SHA-256, hexadecimal."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]


def lock_files() -> list[Path]:
    """That of developers, and one for each family of images."""
    return [ROOT / "requirements.lock", *sorted((ROOT / "infra" / "images").glob("*.lock"))]


def read_lock(path: Path) -> list[Pin]:
    """The packages. Raises LockError for a line that is neither a package nor a hash, and for one without hashes."""
    pins: list[Pin] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if found := _HASH.fullmatch(line):
            last = pins.pop()
            pins.append(Pin(last.name, last.version, last.marker, (*last.hashes, found[1])))
        elif found := _PIN.fullmatch(line):
            pins.append(Pin(found["name"], found["version"], found["marker"], ()))
        else:
            raise LockError(f"{path.name}, line {number}: neither a package nor a hash: {line!r}")
    if bare := [pin.name for pin in pins if not pin.hashes]:
        raise LockError(f"{path.name}: without a hash: {', '.join(bare)}")
    return pins
