"""What a measurement ran on, and how busy that was."""

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Self

PACKAGES = ("uvicorn", "starlette", "httptools", "uvloop", "pydantic", "paho-mqtt", "streamlit")
WATCH_EVERY_S = 2.0


def description() -> dict[str, str]:
    """The machine and the versions."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "machine": f"{os.cpu_count()} cores ({_processor()}), {pages / 2**30:.0f} GiB, Linux {platform.release()}",
        "Python": platform.python_version(),
        "k6": _first_line(str(Path(sys.executable).with_name("k6")), "version"),
        "mosquitto": _first_line(shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-h"),
        "SQLite": sqlite3.sqlite_version,
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def memory_mib(pid: int) -> float:
    """The resident memory of a process, MiB; 0 for one that has ended."""
    try:
        pages = int((Path("/proc") / str(pid) / "statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_s(pid: int) -> float:
    """The processor time that all threads of a process have taken, for it and for the kernel, s."""
    tasks = (Path("/proc") / str(pid) / "task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


class LoadAverage(threading.Thread):
    """Notes the load average of the last minute while a block runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[float] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Until the block ends."""
        while True:
            self.seen.append(os.getloadavg()[0])
            if self._over.wait(WATCH_EVERY_S):
                return

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most."""
        return min(self.seen), max(self.seen)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0]
