"""From the start of the process inside its own container, with its limits, to its first 2xx."""

from copy import deepcopy

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, dump
from tests.load.cold.workloads import CODE, Workload

PATIENCE = "--timeout=300s"
KEPT = {"serviceAccountName", "affinity", "volumes", "automountServiceAccountToken", "securityContext"}


def in_container_s(kubectl: Kubectl, namespace: str, workload: Workload, rounds: int) -> list[float]:
    """Seconds of each round, after one that is not counted."""
    name = f"cold-{workload.name}"
    kubectl("create", "--filename", "-", stdin=dump([_pod(name, namespace, workload, rounds + 1)]))
    try:
        kubectl("wait", f"pod/{name}", "--for=jsonpath={.status.phase}=Succeeded", PATIENCE, "--namespace", namespace)
        return [float(seconds) for seconds in kubectl("logs", name, "--namespace", namespace).split()][1:]
    finally:
        kubectl("delete", "pod", name, "--namespace", namespace)


def _pod(name: str, namespace: str, workload: Workload, rounds: int) -> Json:
    """Without its labels, so that no Service or Deployment takes it for one of its own."""
    spec = deepcopy({key: value for key, value in workload.template["spec"].items() if key in KEPT})
    container = deepcopy(workload.template["spec"]["containers"][0])
    url = f"http://127.0.0.1:{workload.port}{workload.path}"
    mounts = [mount for mount in container.get("volumeMounts", []) if mount["name"] != CODE]
    measured = {
        "name": "cold",
        "image": container["image"],
        "args": ["/code/in_container.py", str(rounds), url, *workload.arguments],
        "envFrom": container.get("envFrom", []),
        "env": container["env"],
        "resources": container["resources"],
        "securityContext": container["securityContext"],
        "volumeMounts": [*mounts, {"name": CODE, "mountPath": "/code"}],
    }
    volumes = [volume for volume in spec.pop("volumes", []) if volume["name"] != CODE]
    code = {"name": CODE, "configMap": {"name": CODE}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {**spec, "volumes": [*volumes, code], "containers": [measured], "restartPolicy": "Never"},
    }
