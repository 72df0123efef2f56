"""Takes everything away again: the namespace with all in it, what is not in a namespace, and what is on the nodes."""

from infra.deploy.apply import PART_OF
from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import name
from infra.deploy.settings import NAMESPACE, DeploySettings
from infra.deploy.volumes.ownership import free_volumes, retained_volumes
from infra.local.progress import Progress

CLUSTER_KINDS = "clusterroles,clusterrolebindings,priorityclasses"
LABEL = "sunny"
PREFIX = "ahorrater.es/"


def undeploy(kubectl: Kubectl, settings: DeploySettings, progress: Progress) -> None:
    """Nothing of ours is left afterwards; the data neither, unless it is to be kept."""
    volumes = [] if settings.keep_data else retained_volumes(kubectl, NAMESPACE)
    image = _some_image(kubectl) if volumes else ""
    with progress.step("namespace"):
        kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=300s")
    if volumes:
        with progress.step("volumes"):
            free_volumes(kubectl, volumes, image, progress.say)
    with progress.step("roles and priorities"):
        kubectl("delete", CLUSTER_KINDS, "--selector", PART_OF, "--ignore-not-found")
    with progress.step("labels and annotations of nodes"):
        for node in kubectl.items("nodes"):
            _clean(kubectl, "label", name(node), [LABEL] if LABEL in (node["metadata"].get("labels") or {}) else [])
            ours = [key for key in node["metadata"].get("annotations") or {} if key.startswith(PREFIX)]
            _clean(kubectl, "annotate", name(node), ours)


def _some_image(kubectl: Kubectl) -> str:
    """An image of ours that the nodes have: any has the Python that empties a volume."""
    found = kubectl.items("deployments", "--namespace", NAMESPACE, "--selector", "app.kubernetes.io/part-of=ahorrater")
    images = (str(container["image"]) for item in found for container in item["spec"]["template"]["spec"]["containers"])
    image = next((image for image in images if "/ahorrater/" in image), None)
    if image is None:
        raise DeployError(
            f"there are volumes to empty, but no image of ours runs in {NAMESPACE}: KEEP_DATA=true keeps them"
        )
    return image


def _clean(kubectl: Kubectl, verb: str, node: str, keys: list[str]) -> None:
    if keys:
        kubectl(verb, "node", node, *(f"{key}-" for key in keys))
