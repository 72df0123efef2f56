"""What is started cold: every workload of the deployed system, and an empty function beside them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from tests.load.cold_start import EMPTY

KNATIVE = "services.serving.knative.dev"
OURS = "app.kubernetes.io/name"
CODE = "cold-code"
"""A ConfigMap with the empty function and what runs inside containers."""
EMPTY_NAME = "empty"
EMPTY_ARGUMENTS = ("/code/empty.py",)
FUNCTION_ARGUMENTS = ("-m", "ahorrater.serve", "/app/function/main.py")
ARGUMENTS: Mapping[str, Sequence[str]] = {"dashboard": ("-m", "streamlit", "run", "/app/app.py")}
"""As in the Dockerfile."""
NOWHERE: Mapping[str, Mapping[str, str]] = {"mqtt-source": {"MQTT_HOST": "127.0.0.1", "K_SINK": "http://127.0.0.1"}}
"""Settings of a second copy: one that spoke to mosquitto would push the first one out."""


@dataclass(frozen=True)
class Workload:
    """A pod's template, how Python is started in it, and what answers 2xx as soon as it serves."""

    name: str
    template: Json
    arguments: Sequence[str]
    path: str
    port: int
    is_function: bool
    """Knative can scale it to zero."""


def deployed(kubectl: Kubectl, namespace: str) -> list[Workload]:
    """Every function and program of ours, the empty one first."""
    services = kubectl.items(KNATIVE, "--namespace", namespace)
    deployments = [
        item
        for item in kubectl.items("deployments", "--namespace", namespace)
        if OURS in item["spec"]["template"]["metadata"]["labels"] and "ownerReferences" not in item["metadata"]
    ]
    functions = [_workload(item, is_function=True) for item in services]
    programs = [_workload(item, is_function=False) for item in deployments]
    return [_empty(functions[0]), *sorted([*functions, *programs], key=lambda found: found.name)]


def code(namespace: str) -> Json:
    """The ConfigMap."""
    files = {"empty.py": EMPTY, "in_container.py": Path(__file__).with_name("in_container.py").read_text()}
    metadata = {"name": CODE, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": files}


def _workload(item: Json, *, is_function: bool) -> Workload:
    template = deepcopy(item["spec"]["template"])
    (container,) = template["spec"]["containers"]
    probe = container.get("livenessProbe", container["readinessProbe"])["httpGet"]
    replaced = NOWHERE.get(name(item), {})
    kept = [variable for variable in container.get("env", []) if variable["name"] not in replaced]
    container["env"] = [*kept, *({"name": key, "value": value} for key, value in replaced.items())]
    arguments = container.get("args") or ARGUMENTS.get(name(item), FUNCTION_ARGUMENTS)
    port = container["ports"][0]["containerPort"]
    return Workload(name(item), template, arguments, probe["path"], port, is_function)


def _empty(like: Workload) -> Workload:
    """A function that does nothing, in the same kind of pod, with the image of another for its Python."""
    template = deepcopy(like.template)
    (container,) = template["spec"]["containers"]
    container["args"] = list(EMPTY_ARGUMENTS)
    container["volumeMounts"] = [{"name": CODE, "mountPath": "/code"}]
    template["spec"]["volumes"] = [{"name": CODE, "configMap": {"name": CODE}}]
    return Workload(EMPTY_NAME, template, EMPTY_ARGUMENTS, like.path, like.port, is_function=True)
