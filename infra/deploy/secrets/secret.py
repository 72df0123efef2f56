"""Secrets of the cluster as text."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json


@dataclass(frozen=True, slots=True)
class Secrets:
    """The Secrets of one namespace."""

    kubectl: Kubectl
    namespace: str

    def read(self, name: str) -> dict[str, str]:
        """A Secret's values; none where it is not there."""
        found = self.kubectl.get("secret", name, "--namespace", self.namespace) or {}
        return {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()}

    def write(self, name: str, values: Mapping[str, str]) -> None:
        """Makes a Secret, or replaces its values. They go through standard input: no process list shows them."""
        manifest: Json = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "namespace": self.namespace,
                "labels": {"app.kubernetes.io/part-of": "ahorrater"},
            },
            "stringData": dict(values),
        }
        # server-side, since kubectl's own way would keep a second copy of the values in an annotation
        self.kubectl.apply_server_side(manifest)
