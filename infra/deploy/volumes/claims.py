"""Which claims the manifests make, and whose group must be able to write there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from infra.deploy.manifests.objects import Json, name, pod_template


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim by name, and the group (`fsGroup`) of the pods that use it."""

    name: str
    group: int


def claims_of(objects: Sequence[Json]) -> Iterator[Claim]:
    """The claims of all pods that say which group they write as."""
    for item in objects:
        template = pod_template(item)
        group = (template["spec"].get("securityContext") or {}).get("fsGroup") if template else None
        if template and group is not None:
            yield from (Claim(claim, group) for claim in (*_mounted(template), *_made(item)))


def _mounted(template: Json) -> Iterable[str]:
    volumes = template["spec"].get("volumes") or []
    return (volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume)


def _made(item: Json) -> Iterator[str]:
    """A StatefulSet's claims: one for each template and replica."""
    for template in item["spec"].get("volumeClaimTemplates") or []:
        for replica in range(item["spec"].get("replicas", 1)):
            yield f"{name(template)}-{name(item)}-{replica}"
