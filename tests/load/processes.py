"""The processes of a running `make up`, by name."""

from tests.e2e.process_tree import descendants
from tests.faults.processes import OTHERS


def processes_of(root: int) -> dict[str, int]:
    """Name -> process id, of those below `root`; of several with one name, the first that was started."""
    newest_first = sorted(descendants(root).items(), reverse=True)
    return {name: pid for pid, command in newest_first if (name := name_of(command))}


def name_of(command: str) -> str | None:
    """What a process is, by its command line; None for one that only starts others."""
    for word in command.split():
        if word.endswith("/main.py"):
            return word.split("/")[-2].replace("_", "-")
    for name, mark in OTHERS.items():
        if mark in command:
            return name
    return "runner" if command.rstrip().endswith("infra.local up") and "python" in command else None
