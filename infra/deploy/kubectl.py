"""kubectl, the one program that speaks to the cluster for us."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.deploy.commands import run
from infra.deploy.manifests.objects import Json, dump


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl against one cluster. Everything raises DeployError with kubectl's own words."""

    kubeconfig: Path | None = None

    def __call__(self, *arguments: str, stdin: str | None = None) -> str:
        """Its output."""
        return run(self.command(*arguments), stdin=stdin)

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        chosen = ["--kubeconfig", str(self.kubeconfig)] if self.kubeconfig else []
        return ["kubectl", *chosen, *arguments]

    def get(self, *arguments: str) -> Json | None:
        """One object; None where it is not there."""
        text = self("get", *arguments, "--ignore-not-found", "--output", "json")
        found: Json | None = json.loads(text) if text.strip() else None
        return found

    def get_raw(self, path: str) -> Json:
        """What the API server answers at a path."""
        found: Json = json.loads(self("get", "--raw", path))
        return found

    def items(self, *arguments: str) -> list[Json]:
        """All objects of a kind."""
        found = self.get(*arguments) or {"items": []}
        items: list[Json] = found["items"]
        return items

    def state_of(self, objects: Iterable[Json]) -> list[Json]:
        """The objects as the cluster has them now; those that it has not are left out."""
        arguments = ("get", "--filename", "-", "--ignore-not-found", "--output", "json")
        text = self(*arguments, stdin=dump(objects))
        if not text.strip():
            return []
        found: Json = json.loads(text)
        return list(found["items"]) if found["kind"] == "List" else [found]

    def apply(self, objects: Iterable[Json]) -> list[str]:
        """Applies them; what kubectl says of each (`deployment.apps/x configured`)."""
        return self("apply", "--filename", "-", stdin=dump(objects)).splitlines()

    def apply_server_side(self, item: Json) -> None:
        """Applies one object, leaving no copy of it in an annotation."""
        self("apply", "--server-side", "--force-conflicts", "--filename", "-", stdin=dump([item]))
