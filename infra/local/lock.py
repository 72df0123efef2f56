"""One runner at a time for each home folder."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


class AlreadyRunningError(RuntimeError):
    """Another runner holds the folder; the message has its process id and its dashboard's address."""


@dataclass(slots=True)
class Lock:
    """The lock held. The kernel lets go of it when this process ends, however it ends."""

    file: TextIO

    def announce(self, address: str) -> None:
        """Leaves our process id and the dashboard's address for whoever comes second."""
        self.file.seek(0)
        self.file.truncate()
        json.dump({"pid": os.getpid(), "address": address}, self.file)
        self.file.flush()


@contextmanager
def only_one(path: Path) -> Iterator[Lock]:
    """Holds the lock at `path` for as long as the context lasts. Raises AlreadyRunningError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_who(file)) from None
        lock = Lock(file)
        lock.announce("")
        try:
            yield lock
        finally:
            path.unlink(missing_ok=True)


def _who(file: TextIO) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
    except ValueError:
        return "AhorraTER is starting already"
    place = f" at {holder['address']}" if holder["address"] else " (still starting)"
    return f"AhorraTER is running already: process {holder['pid']}{place}. Stop it with: kill {holder['pid']}"
