"""Writes down what this version says and keeps, once, when it is released: `python -m tests.upgrades.release 0.2.0`.

It needs PostgreSQL, whose tables are described beside SQLite's. Commit the folder that it makes.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ahorrater.adapters.database.engine import engine_of
from ahorrater.adapters.database.migrate import migrate
from tests.integration.postgresql_server import postgresql_server
from tests.upgrades.documents import examples, schemas
from tests.upgrades.releases import RELEASED
from tests.upgrades.tables import described


def main() -> None:
    """Writes `released/VERSION`; raises FileExistsError where that version was released before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--commit", default="HEAD")
    arguments = parser.parse_args()
    folder = RELEASED / arguments.version
    folder.mkdir(parents=True)
    for kind, documents in {**examples(), "schemas": schemas(), "tables": _tables()}.items():
        _write(folder / kind, documents)
    revision = subprocess.run(["git", "rev-parse", arguments.commit], check=True, capture_output=True, text=True)
    (folder / "commit").write_text(revision.stdout)


def _tables() -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as home,
        postgresql_server() as server,
        server.database() as url,
    ):
        return {"sqlite": _migrated(f"sqlite:///{home}/ahorrater.db"), "postgresql": _migrated(url)}


def _migrated(url: str) -> dict[str, Any]:
    migrate(url)
    engine = engine_of(url)
    try:
        return described(engine)
    finally:
        engine.dispose()


def _write(folder: Path, documents: dict[str, Any]) -> None:
    folder.mkdir()
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
