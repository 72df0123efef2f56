"""Work on a node's folder: a pod that is root there for a moment, in a namespace of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name

WORKSHOP = "ahorrater-volumes"
ACCOUNT = "work"
"""Of its own: the namespace's default one takes a moment to appear."""
PATIENCE_S = 120.0
HAND_OVER = "import os, sys; os.chown('/volume', -1, int(sys.argv[1])); os.chmod('/volume', 0o2770)"
EMPTY = """
import pathlib, shutil
for found in pathlib.Path('/volume').iterdir():
    shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
"""


def folder_of(volume: Json) -> str | None:
    """The node's folder that a PersistentVolume is; None for any other kind."""
    spec = volume["spec"]
    for kind in ("hostPath", "local"):
        if kind in spec:
            return str(spec[kind]["path"])
    return None


@dataclass(frozen=True, slots=True)
class Workshop:
    """Runs Python as root in a volume's folder. `image` is any image with Python."""

    kubectl: Kubectl
    image: str

    def hand_over(self, volume: Json, group: int) -> None:
        """Lets a group write there."""
        self._run(volume, HAND_OVER, str(group))

    def empty(self, volume: Json) -> None:
        """Deletes what is in it."""
        self._run(volume, EMPTY)

    def _run(self, volume: Json, program: str, *arguments: str) -> None:
        pod = _pod(volume, self.image, [program, *arguments])
        self.kubectl.apply([pod])
        deadline = time.monotonic() + PATIENCE_S
        while (phase := self._phase(name(pod))) != "Succeeded":
            if phase == "Failed" or time.monotonic() > deadline:
                said = self.kubectl("logs", name(pod), "--namespace", WORKSHOP)
                raise DeployError(f"the folder of volume {name(volume)} cannot be changed ({phase}): {said}")
            time.sleep(0.5)
        self.kubectl("delete", "pod", name(pod), "--namespace", WORKSHOP, "--wait=false")

    def _phase(self, pod: str) -> str:
        found = self.kubectl.get("pod", pod, "--namespace", WORKSHOP) or {}
        return str(found.get("status", {}).get("phase", "Pending"))


@contextmanager
def open_workshop(kubectl: Kubectl, image: str) -> Iterator[Workshop]:
    """A Workshop, whose namespace is gone afterwards: it allows what no other namespace of ours does."""
    labels = {"pod-security.kubernetes.io/enforce": "privileged", "app.kubernetes.io/part-of": "ahorrater"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": WORKSHOP, "labels": labels}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": WORKSHOP}}
    kubectl.apply([namespace, account])
    try:
        yield Workshop(kubectl, image)
    finally:
        kubectl("delete", "namespace", WORKSHOP, "--timeout=120s")


def _pod(volume: Json, image: str, arguments: list[str]) -> Json:
    affinity = (volume["spec"].get("nodeAffinity") or {}).get("required")
    node_affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": affinity}} if affinity else {}
    container = {
        "name": "work",
        "image": image,
        "command": ["python", "-c", *arguments],
        "securityContext": {
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["CHOWN", "FOWNER", "DAC_OVERRIDE"]},
        },
        "volumeMounts": [{"name": "volume", "mountPath": "/volume"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name(volume), "namespace": WORKSHOP},
        "spec": {
            "restartPolicy": "Never",
            "serviceAccountName": ACCOUNT,
            "automountServiceAccountToken": False,
            "affinity": node_affinity,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
            "volumes": [{"name": "volume", "hostPath": {"path": folder_of(volume)}}],
        },
    }
