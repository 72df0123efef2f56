"""What the kernel answers to some processes, changed by strace: a disk that is slow, or that refuses."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ATTACHED_S = 0.5
SYNCS = "fsync,fdatasync"
WRITES = "pwrite64,pwritev,ftruncate,fallocate"
"""How databases write their files; sockets know none of these."""


def users_of(folder: Path) -> list[int]:
    """The other processes that have a file open under `folder`."""
    found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _uses(entry, folder)]
    return [process for process in found if process != os.getpid()]


def _uses(process: Path, folder: Path) -> bool:
    with suppress(OSError):
        return any(str(file.readlink()).startswith(f"{folder}/") for file in (process / "fd").iterdir())
    return False


@contextmanager
def changed(processes: Iterable[int], changes: Mapping[str, str]) -> Iterator[None]:
    """System calls -> what is injected into them (strace's `delay_enter=MICROSECONDS`, `error=NAME`), as long as the
    context lasts; in what the processes fork, too.
    """
    injected = [part for calls, what in changes.items() for part in ("--inject", f"{calls}:{what}")]
    attached = [part for process in processes for part in ("--attach", str(process))]
    command = ["strace", "--follow-forks", "--output", os.devnull, "--trace", ",".join(changes), *injected, *attached]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(ATTACHED_S)
        assert tracer.poll() is None, "strace could not attach itself"
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
