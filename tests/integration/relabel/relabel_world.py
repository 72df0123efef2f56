"""A cluster for relabel's tests, and relabel in front of it, in this process or as one of its own."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kubernetes import client

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.kubernetes.cluster import KubernetesCluster
from ahorrater.adapters.kubernetes.connection import Connection
from ahorrater.adapters.kubernetes.control import ConfigMapControl
from ahorrater.adapters.kubernetes.fence import ConfigMapFence
from ahorrater.adapters.kubernetes.settings import KubernetesSettings
from ahorrater.contracts.events import NodeChosen
from ahorrater.services.relabel.control import RelabelControl
from ahorrater.services.relabel.decisions import Relabel
from ahorrater.services.relabel.ports import Reply
from ahorrater.services.relabel.settings import RelabelSettings
from tests.integration.event_sink import eventually
from tests.integration.mosquitto_server import free_port
from tests.unit.relabel import decisions

FUNCTIONS = Path(__file__).parents[3] / "functions"
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"
SUNNY_ONLY = {"key": "sunny", "operator": "In", "values": ["1"]}


class Crash(Exception):  # noqa: N818
    """The process died here."""


class MortalCluster(KubernetesCluster):
    """Dies after `writes` writes, as a killed process would."""

    writes = 1_000_000

    def make_sunny(self, write):
        super().make_sunny(write)
        self._live()

    def make_plain(self, write):
        super().make_plain(write)
        self._live()

    def roll(self, write):
        super().roll(write)
        self._live()

    def _live(self):
        self.writes -= 1
        if self.writes <= 0:
            raise Crash


@dataclass
class World:
    """A cluster and a namespace in it that is the test's own."""

    api: client.ApiClient
    kubeconfig: Path
    namespace: str
    is_simulated: bool
    url: str = ""

    def __post_init__(self) -> None:
        self.core = client.CoreV1Api(self.api)
        self.apps = client.AppsV1Api(self.api)
        self.custom = client.CustomObjectsApi(self.api)
        self.policy = client.PolicyV1Api(self.api)

    @property
    def settings(self) -> KubernetesSettings:
        return KubernetesSettings(
            kubeconfig=str(self.kubeconfig), relabel_namespace=self.namespace, workload_namespaces=self.namespace
        )

    @property
    def workers(self) -> list[str]:
        nodes = self.core.list_node(label_selector="!node-role.kubernetes.io/control-plane").items
        return sorted(node.metadata.name for node in nodes)

    @property
    def sunny(self) -> list[str]:
        return sorted(node.metadata.name for node in self.core.list_node(label_selector="sunny=1").items)

    def relabel(self, dies_after: int | None = None, **settings: object) -> Relabel:
        connection = Connection(self.settings)
        cluster = MortalCluster(connection, self.settings.namespaces)
        if dies_after is not None:
            cluster.writes = dies_after
        relabel_settings = RelabelSettings(**settings)
        fence, store = ConfigMapFence(connection, self.namespace), ConfigMapControl(connection, self.namespace)
        control = RelabelControl(store, fence, relabel_settings.relabel_mode, utc_now)
        return Relabel(cluster, fence, control, relabel_settings, utc_now)

    def deploy(
        self,
        name: str,
        replicas: int,
        *more_affinity: object,
        requests: dict[str, str] | None = None,
        on: str | None = None,
        **more_spec: object,
    ) -> None:
        """A Deployment of pause containers that opted in and runs on sunny nodes only, or on the node `on`."""
        pod = sunny_pod(*more_affinity)
        pod["containers"][0]["resources"] = {"requests": requests or {}}
        if on:
            del pod["affinity"]
            pod["nodeSelector"] = {"kubernetes.io/hostname": on}
        self.apps.create_namespaced_deployment(self.namespace, self.workload(name, replicas, pod, more_spec))

    def deploy_stateful(self, name: str, replicas: int) -> None:
        """A StatefulSet that opted in and accepts gaps."""
        body = self.workload(name, replicas, sunny_pod(), {"serviceName": name})
        body["metadata"]["annotations"] = {"ahorrater.es/move-stateful": "true"}
        self.apps.create_namespaced_stateful_set(self.namespace, body)

    def serve(self, name: str, replicas: int, image: str = PAUSE_IMAGE, **annotations: str) -> None:
        """A Knative Service that opted in, with pods on sunny nodes only."""
        pod = sunny_pod()
        del pod["terminationGracePeriodSeconds"]
        pod["containers"][0]["image"] = image
        scale = {"annotations": {"autoscaling.knative.dev/min-scale": str(replicas), **annotations}}
        service = {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": name, "annotations": {"ahorrater.es/follows-sun": "true"}},
            "spec": {"template": {"metadata": scale, "spec": pod}},
        }
        self.custom.create_namespaced_custom_object("serving.knative.dev", "v1", self.namespace, "services", service)

    @property
    def revisions(self) -> list[str]:
        listed = self.custom.list_namespaced_custom_object("serving.knative.dev", "v1", self.namespace, "revisions")
        return [item["metadata"]["name"] for item in listed["items"]]

    def workload(
        self, name: str, replicas: int, pod: dict[str, Any], more_spec: dict[str, object] | None = None
    ) -> dict[str, Any]:
        spec = {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
            **(more_spec or {}),
        }
        return {"metadata": {"name": name, "labels": {"ahorrater.es/follows-sun": "true"}}, "spec": spec}

    def pods(self, app: str) -> list[client.V1Pod]:
        items = self.core.list_namespaced_pod(self.namespace, label_selector=f"app={app}").items
        return [pod for pod in items if pod.metadata.deletion_timestamp is None]

    def ready(self, app: str) -> list[str]:
        """The node of each Ready pod."""
        return sorted(pod.spec.node_name for pod in self.pods(app) if is_ready(pod))

    def simulate(self, path: str, body: object) -> None:
        request = urllib.request.Request(f"{self.url}/simulation/{path}", json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()


def sunny_pod(*more_affinity: object) -> dict[str, Any]:
    """A pod of one pause container that runs on sunny nodes only."""
    terms = [{"matchExpressions": [SUNNY_ONLY, *more_affinity]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    return {
        "terminationGracePeriodSeconds": 0,
        "affinity": {"nodeAffinity": required},
        "containers": [{"name": "pause", "image": PAUSE_IMAGE}],
    }


def is_ready(pod: client.V1Pod) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions or [])


def decision(epoch: int, node: str, *also: str, shed: bool = False) -> NodeChosen:
    """One of this moment."""
    return decisions.decision(epoch, node, *also, shed=shed).model_copy(update={"decided_at": datetime.now(UTC)})


def tick_until_reply(relabel: Relabel, deadline_s: float = 60, name: str = "tick") -> Reply:
    replies: list[Reply] = []
    ticks = iter(range(10_000))

    def tick() -> bool:
        reply = relabel.tick(f"{name}-{next(ticks)}")
        replies.extend([reply] if reply else [])
        return bool(replies)

    eventually(tick, deadline_s)
    return replies[0]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self):
        return json.loads(self.text)


class FunctionProcess:
    """A function served as it is in production, by its own process."""

    def __init__(self, name: str, folder: Path, world: World, **settings: str) -> None:
        self._log = folder / f"{name}.log"
        self._port = free_port()
        self._main = FUNCTIONS / name / "main.py"
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(FUNCTIONS),
            "PORT": str(self._port),
            "KUBECONFIG": str(world.kubeconfig),
            "RELABEL_NAMESPACE": world.namespace,
            "WORKLOAD_NAMESPACES": world.namespace,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FunctionProcess":
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ahorrater.serve", str(self._main)],
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        eventually(self._is_up, 60)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, dict(answer.headers), answer.read().decode())

    def hear(self, kind: str, identity: str, data: bytes = b"{}") -> Answer:
        headers = {
            "ce-id": identity,
            "ce-source": "/test",
            "ce-type": kind,
            "ce-specversion": "1.0",
            "content-type": "application/json",
        }
        return self.request("POST", "/", data, headers)

    def hear_decision(self, epoch: int, node: str) -> Answer:
        return self.hear(NodeChosen.TYPE, f"d{epoch}", decision(epoch, node).model_dump_json().encode())

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        try:
            return self.request("GET", "/healthz").status == 200
        except OSError:
            return False
