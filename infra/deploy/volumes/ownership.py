"""Hands volumes that are hostPath folders to the pods' group, and frees volumes when everything is taken away.

Kubernetes does the first for all other kinds of volumes (`fsGroup`), and neither the second for volumes made by hand.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from infra.deploy.volumes.claims import Claim, claims_of
from infra.deploy.volumes.folders import folder_of, open_workshop

GROUP = "ahorrater.es/group"
"""Annotation of a volume: which group it was handed to."""
PATIENCE_S = 120.0


def hand_over_volumes(
    kubectl: Kubectl, objects: Sequence[Json], namespace: str, image: str, say: Callable[[str], None]
) -> None:
    """Lets the pods write to their hostPath volumes; done once for each volume. Raises DeployError."""
    claims = {claim.name: claim for claim in claims_of(objects)}
    bound = {claim: _await_volume(kubectl, namespace, claim.name) for claim in claims.values()}
    pending = {claim: volume for claim, volume in bound.items() if _needs_hand_over(claim, volume)}
    if not pending:
        return
    with open_workshop(kubectl, image) as workshop:
        for claim, volume in pending.items():
            workshop.hand_over(volume, claim.group)
            kubectl("annotate", "persistentvolume", name(volume), f"{GROUP}={claim.group}", "--overwrite")
            say(f"    volume {name(volume)} is a folder of its node: group {claim.group} may write there now")


def free_volumes(kubectl: Kubectl, volumes: Sequence[Json], image: str, say: Callable[[str], None]) -> None:
    """Empties volumes that keep their data when their claim is gone, and makes them available again."""
    with open_workshop(kubectl, image) as workshop:
        for volume in volumes:
            workshop.empty(volume)
            kubectl("annotate", "persistentvolume", name(volume), f"{GROUP}-")
            patch = json.dumps({"spec": {"claimRef": None}})
            kubectl("patch", "persistentvolume", name(volume), "--type", "merge", "--patch", patch)
            say(f"    volume {name(volume)} is empty and available again")


def retained_volumes(kubectl: Kubectl, namespace: str) -> list[Json]:
    """The nodes' folders that claims of the namespace hold and that nobody would empty."""
    return [volume for volume in kubectl.items("persistentvolumes") if _is_retained(volume, namespace)]


def _is_retained(volume: Json, namespace: str) -> bool:
    spec = volume["spec"]
    held = (spec.get("claimRef") or {}).get("namespace") == namespace
    return held and spec["persistentVolumeReclaimPolicy"] == "Retain" and folder_of(volume) is not None


def _needs_hand_over(claim: Claim, volume: Json) -> bool:
    annotations = volume["metadata"].get("annotations") or {}
    return "hostPath" in volume["spec"] and annotations.get(GROUP) != str(claim.group)


def _await_volume(kubectl: Kubectl, namespace: str, claim: str) -> Json:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for volume in _volumes_of(kubectl, namespace, claim):
            return volume
        time.sleep(0.5)
    raise DeployError(f"claim {claim} gets no volume: kubectl -n {namespace} describe pvc {claim}")


def _volumes_of(kubectl: Kubectl, namespace: str, claim: str) -> Iterator[Json]:
    found = kubectl.get("persistentvolumeclaim", claim, "--namespace", namespace)
    if found and found.get("status", {}).get("phase") == "Bound":
        volume = kubectl.get("persistentvolume", found["spec"]["volumeName"])
        if volume:
            yield volume
