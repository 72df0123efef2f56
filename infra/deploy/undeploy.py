"""Takes everything away again: the namespace with all in it, what is not in a namespace, and what is on the nodes."""

from infra.deploy.apply import PART_OF
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import name
from infra.deploy.settings import NAMESPACE
from infra.local.progress import Progress

CLUSTER_KINDS = "clusterroles,clusterrolebindings,priorityclasses"
LABEL = "sunny"
PREFIX = "ahorrater.es/"


def undeploy(kubectl: Kubectl, progress: Progress) -> None:
    """Nothing of ours is left afterwards; the volumes' data neither."""
    with progress.step("namespace"):
        kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=300s")
    with progress.step("roles and priorities"):
        kubectl("delete", CLUSTER_KINDS, "--selector", PART_OF, "--ignore-not-found")
    with progress.step("labels and annotations of nodes"):
        for node in kubectl.items("nodes"):
            _clean(kubectl, "label", name(node), [LABEL] if LABEL in (node["metadata"].get("labels") or {}) else [])
            ours = [key for key in node["metadata"].get("annotations") or {} if key.startswith(PREFIX)]
            _clean(kubectl, "annotate", name(node), ours)


def _clean(kubectl: Kubectl, verb: str, node: str, keys: list[str]) -> None:
    if keys:
        kubectl(verb, "node", node, *(f"{key}-" for key in keys))
