"""Which images there are: infra/images/images.tsv."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CATALOGUE = Path("infra/images/images.tsv")
REPOSITORY = "ahorrater"
"""The manifests call an image `ahorrater/NAME`, whatever registry it comes from."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image: its name, the function's folder, the lock file of its packages, the Dockerfile's target."""

    name: str
    function: str
    family: str
    target: str = "function"

    @property
    def short_name(self) -> str:
        """The name in the manifests."""
        return f"{REPOSITORY}/{self.name}"

    def build_arguments(self, version: str) -> list[str]:
        """The arguments of the build, from the repository's root."""
        values = {"FUNCTION": self.function, "FAMILY": self.family, "VERSION": version}
        arguments = [text for name, value in values.items() for text in ("--build-arg", f"{name}={value}")]
        return ["--file", "infra/images/Dockerfile", "--target", self.target, *arguments]


def read_catalogue(root: Path) -> tuple[Image, ...]:
    """All images, in the file's order."""
    return tuple(_rows((root / CATALOGUE).read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[Image]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    yield from (Image(*row) for row in csv.reader(lines, delimiter="\t"))
