"""What a cluster must have, and what the complaint says to do."""

from dataclasses import dataclass, field

import pytest

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import Json
from infra.deploy.prerequisites import check_cluster, check_overlay

KNATIVE = ("apps", "serving.knative.dev", "eventing.knative.dev")
DEFAULT_CLASS: Json = {
    "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
}


@dataclass
class Cluster:
    """Answers as kubectl would."""

    minor: str = "34"
    groups: tuple[str, ...] = KNATIVE
    features: dict[str, str] = field(default_factory=lambda: {"kubernetes.podspec-affinity": "enabled"})
    storage: tuple[Json, ...] = (DEFAULT_CLASS,)
    overlay: str | None = None

    def get_raw(self, path: str) -> Json:
        version = {"major": "1", "minor": self.minor, "gitVersion": f"v1.{self.minor}"}
        return version if path == "/version" else {"groups": [{"name": group} for group in self.groups]}

    def get(self, kind: str, *_: str) -> Json | None:
        if kind == "configmap":
            return {"data": self.features}
        return {"metadata": {"annotations": {"overlay": self.overlay}}} if self.overlay else None

    def items(self, *_: str) -> list[Json]:
        return list(self.storage)


FUNCTION: Json = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {"name": "f"},
    "spec": {"template": {"spec": {"affinity": {}, "containers": []}}},
}
CLAIM: Json = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {}}


def test_a_cluster_with_everything() -> None:
    check_cluster(Cluster(), [FUNCTION, CLAIM])
    check_cluster(Cluster(minor="30+"), [])


@pytest.mark.parametrize(
    ("cluster", "says"),
    [
        (Cluster(minor="29"), "too old"),
        (Cluster(groups=("apps",)), "OVERLAY=knative-less"),
        (Cluster(features={}), "kubectl patch configmap config-features"),
        (Cluster(storage=()), "is-default-class"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(cluster: Cluster, says: str) -> None:
    with pytest.raises(DeployError, match=says):
        check_cluster(cluster, [FUNCTION, CLAIM])


def test_one_overlay_at_a_time() -> None:
    check_overlay(Cluster(), "ahorrater", "overlay", "dev")
    check_overlay(Cluster(overlay="dev"), "ahorrater", "overlay", "dev")
    with pytest.raises(DeployError, match="make undeploy"):
        check_overlay(Cluster(overlay="dev"), "ahorrater", "overlay", "knative-less")
