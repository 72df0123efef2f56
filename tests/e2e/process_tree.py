"""Who is whose child, read from /proc."""

from collections.abc import Iterable, Mapping
from pathlib import Path


def descendants(root: int) -> Mapping[int, str]:
    """All processes below `root`, with their command lines."""
    parents = {pid: parent for pid, parent, state in _processes() if state != "Z"}
    found: dict[int, str] = {}
    wanted = {root}
    while wanted:
        wanted = {pid for pid, parent in parents.items() if parent in wanted and pid not in found}
        found |= {pid: _command(pid) for pid in wanted}
    return found


def running(pids: Iterable[int]) -> list[int]:
    """Those that still run; zombies do not."""
    alive = {pid for pid, _, state in _processes() if state != "Z"}
    return [pid for pid in pids if pid in alive]


def _processes() -> list[tuple[int, int, str]]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.append((int(path.parent.name), int(parent), state))
    return found


def _command(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
