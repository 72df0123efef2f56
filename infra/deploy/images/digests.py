"""The digests of the images that were pushed: `.run/images.json`, written by `make images`, read by `make deploy`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from infra.deploy.errors import DeployError
from infra.deploy.images.catalogue import REPOSITORY


@dataclass(frozen=True, slots=True)
class Digests:
    """What was pushed to one registry."""

    registry: str
    version: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    """Digests by image name."""

    @classmethod
    def read(cls, path: Path, registry: str) -> Self:
        """The record, or none yet where the file is missing or of another registry."""
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls(registry)
        return found if found.registry == registry else cls(registry)

    def write(self, path: Path) -> None:
        """Keeps the record."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def having(self, version: str, images: Mapping[str, str]) -> "Digests":
        """The record with newer images."""
        return Digests(self.registry, version, {**self.images, **images})

    def reference(self, name: str) -> str:
        """An image by digest: what a pod pulls is what was pushed. Raises DeployError if it never was."""
        try:
            return f"{self.registry}/{REPOSITORY}/{name}@{self.images[name]}"
        except KeyError:
            raise DeployError(f"image {name} was not pushed to {self.registry}: make images REGISTRY=...") from None
