"""What each released version said and kept, as `python -m tests.upgrades.release` wrote it down."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RELEASED = Path(__file__).parent / "released"


@dataclass(frozen=True)
class Release:
    """One version. `folder` holds JSON files that are never changed again:

    `events`: an example of each event's data. `devices`: of each payload by MQTT. `stored`: of each JSON document that
    outlives a process. `schemas`: the JSON Schema of all of these. `tables`: the database's tables, by dialect.
    `commit`: where git has its code.
    """

    folder: Path

    def __str__(self) -> str:
        return self.folder.name

    @property
    def commit(self) -> str:
        """The whole hash."""
        return (self.folder / "commit").read_text().strip()

    def documents(self, kind: str) -> dict[str, Any]:
        """All of a kind, by name."""
        return {path.stem: json.loads(path.read_text()) for path in sorted((self.folder / kind).glob("*.json"))}


RELEASES = tuple(Release(folder) for folder in sorted(RELEASED.iterdir()))
EXAMPLES = tuple(
    (release, kind, name)
    for release in RELEASES
    for kind in ("events", "devices", "stored")
    for name in release.documents(kind)
)
"""Every example that there is: its release, kind and name."""
