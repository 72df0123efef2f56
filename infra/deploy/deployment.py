"""From nothing to working."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorrater.adapters.kubernetes.parsing import requires_sunny
from infra.deploy.apply import Changes, apply_all
from infra.deploy.errors import DeployError
from infra.deploy.images.digests import Digests
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name, pod_template
from infra.deploy.manifests.render import OVERLAY, Rendering, namespace_of, render
from infra.deploy.nodes import Node, parks_of
from infra.deploy.prerequisites import check_cluster, check_overlay
from infra.deploy.readiness import wait_ready
from infra.deploy.secrets.generate import (
    SOURCE_USER,
    ensure_certificate,
    ensure_database,
    ensure_mqtt,
    ensure_people,
)
from infra.deploy.secrets.secret import Secrets
from infra.deploy.selfcheck.check import SelfCheck
from infra.deploy.settings import ROOT, DeploySettings, TelegramSettings
from infra.deploy.volumes.ownership import hand_over_volumes
from infra.local.progress import Progress

WORKER = "migrate"
"""Any image with Python will do for work on volumes."""

SHOWN_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster, and what is to be there."""

    kubectl: Kubectl
    settings: DeploySettings
    nodes: tuple[Node, ...]
    parks: tuple[str, ...]

    digests: Digests

    @classmethod
    def of(cls, settings: DeploySettings) -> "Target":
        """Asks the cluster for its nodes. Raises DeployError where it cannot be reached."""
        if settings.registry is None:
            raise DeployError("where are the images? make images deploy REGISTRY=host:port")
        if not (settings.overlay_folder / "kustomization.yaml").is_file():
            raise DeployError(f"there is no overlay {settings.overlay}")
        kubectl = Kubectl(settings.kubeconfig)
        nodes = tuple(Node.of(item) for item in kubectl.items("nodes"))
        digests = Digests.read(ROOT / settings.digests, settings.registry)
        return cls(kubectl, settings, nodes, parks_of(nodes, settings.parks), digests)

    def render(self) -> list[Json]:
        """What is applied."""
        rendering = Rendering(
            digests=self.digests,
            mirror=self.settings.mirror,
            settings={"PARKS": ",".join(self.parks), **self.settings.settings},
            mqtt_users=(SOURCE_USER, *self.parks),
        )
        return render(self.kubectl, self.settings.overlay_folder, rendering)


def deploy(settings: DeploySettings, progress: Progress) -> Changes:
    """Everything, in order; each step says how long it took. Done again it changes nothing."""
    with progress.step("prerequisites"):
        target = Target.of(settings)
        objects = target.render()
        namespace = name(namespace_of(objects))
        check_overlay(target.kubectl, namespace, OVERLAY, settings.overlay_folder.name)
        check_cluster(target.kubectl, objects)
    with progress.step("namespace and secrets"):
        target.kubectl.apply([namespace_of(objects)])
        _ensure_secrets(target, namespace, objects)
    with progress.step("apply"):
        changes = apply_all(target.kubectl, objects, namespace)
    progress.say(f"    {len(changes.lines)} changed, {changes.unchanged} as they were")
    for line in changes.lines[:SHOWN_CHANGES]:
        progress.say(f"    {line}")
    with progress.step("volumes"):
        hand_over_volumes(target.kubectl, objects, namespace, target.digests.reference(WORKER), progress.say)
    with progress.step("everything ready"):
        wait_ready(target.kubectl, _independent(objects), settings.ready_timeout_s, progress.say)
    check = SelfCheck.of(target.kubectl, objects, target.nodes, target.parks)
    with progress.step("one reading, from a park to the label"):
        check.run(progress.say)
    with progress.step("what follows the sun is ready"):
        wait_ready(target.kubectl, objects, settings.ready_timeout_s, progress.say)
    return changes


def _ensure_secrets(target: Target, namespace: str, objects: Sequence[Json]) -> None:
    store = Secrets(target.kubectl, namespace)
    ensure_database(store, _database_servers(objects))
    ensure_mqtt(store, ROOT, target.parks)
    ensure_certificate(store, _mqtt_hosts(target.nodes, namespace))
    ensure_people(store, TelegramSettings())


def _database_servers(objects: Sequence[Json]) -> int:
    replicas = [
        item["spec"]["replicas"] for item in objects if (item["kind"], name(item)) == ("StatefulSet", "postgres")
    ]
    return sum(replicas)


def _mqtt_hosts(nodes: Sequence[Node], namespace: str) -> list[str]:
    """What devices and mqtt-source may call mosquitto."""
    inside = ["mosquitto", f"mosquitto.{namespace}", f"mosquitto.{namespace}.svc", "localhost", "127.0.0.1"]
    outside = {host for node in nodes for host in (node.name, *node.addresses)}
    return [*inside, *sorted(outside)]


def _independent(objects: Sequence[Json]) -> list[Json]:
    """What needs no sunny node: on a new cluster there is none before the first reading."""
    bound = {name(item) for item in objects if _requires_sunny(item)}
    return [item for item in objects if name(item) not in bound and _subscriber(item) not in bound]


def _requires_sunny(item: Json) -> bool:
    template = pod_template(item)
    return template is not None and requires_sunny(template["spec"])


def _subscriber(item: Json) -> str | None:
    """Whom a Trigger waits for."""
    return item["spec"]["subscriber"].get("ref", {}).get("name") if item["kind"] == "Trigger" else None
