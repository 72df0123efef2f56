"""An overlay, as it is applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.deploy.images.digests import Digests
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.images import pin_images
from infra.deploy.manifests.jobs import name_jobs
from infra.deploy.manifests.objects import Json, name, parse
from infra.deploy.manifests.plain import plain, wants_plain
from infra.deploy.manifests.settings import mark_settings, set_settings
from infra.deploy.manifests.traffic import route_to_latest

OVERLAY = "ahorrater.es/overlay"
"""Annotation of the namespace: what was deployed there."""
FIRST = frozenset({"Namespace", "PriorityClass", "ServiceAccount"})
"""Knative tries a pod before it takes a Service: what the pod names must be there."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an overlay is rendered with: images, settings of the functions, who speaks to mosquitto."""

    digests: Digests
    mirror: str | None
    settings: Mapping[str, str]
    mqtt_users: tuple[str, ...]


def render(kubectl: Kubectl, folder: Path, rendering: Rendering) -> list[Json]:
    """What kustomize makes of the overlay, with images by digest and this cluster's settings."""
    objects = parse(kubectl("kustomize", str(folder)))
    if wants_plain(objects):
        objects = plain(objects)
    route_to_latest(objects)
    pin_images(objects, rendering.digests, rendering.mirror)
    set_settings(objects, rendering.settings)
    mark_settings(objects, {"mosquitto": rendering.mqtt_users})
    name_jobs(objects)
    for item in objects:
        if item["kind"] == "Namespace":
            item["metadata"].setdefault("annotations", {})[OVERLAY] = folder.name
    return sorted(objects, key=lambda item: item["kind"] not in FIRST)


def namespace_of(objects: list[Json]) -> Json:
    """The Namespace among them."""
    return next(item for item in objects if item["kind"] == "Namespace" and name(item))
