"""The SQLite file of a running `make up`, beside those who write it."""

import sqlite3
from contextlib import closing
from pathlib import Path

TIMEOUT_S = 30


def readable(path: Path) -> closing[sqlite3.Connection]:
    """A connection that only reads, for a `with`."""
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=TIMEOUT_S))
