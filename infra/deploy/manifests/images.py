"""Images by digest: what a pod pulls is what was pushed."""

from collections.abc import Iterable

from infra.deploy.images.catalogue import REPOSITORY
from infra.deploy.images.digests import Digests
from infra.deploy.manifests.objects import Json, containers, pod_template


def pin_images(objects: Iterable[Json], digests: Digests, mirror: str | None) -> None:
    """Replaces `ahorrater/NAME:latest` by the registry's image, and lets others come from the mirror, if there is one.

    Raises DeployError for an image of ours that was never pushed.
    """
    for item in objects:
        template = pod_template(item)
        for container in containers(template) if template else ():
            container["image"] = _resolved(container["image"], digests, mirror)


def _resolved(image: str, digests: Digests, mirror: str | None) -> str:
    repository, _, rest = image.partition("/")
    if repository == REPOSITORY:
        return digests.reference(rest.partition(":")[0])
    return f"{mirror}/{image}" if mirror else image
