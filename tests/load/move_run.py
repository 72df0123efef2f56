"""Moves under load on a real cluster: `KUBECONFIG=... python -m tests.load.move_run IMAGE KNATIVE_GATEWAY_URL`.

A Deployment and a Knative Service of one pod each follow the sun between two workers while k6 asks both of them at a
steady rate. relabel runs as a process of this machine, which has to reach Services and the gateway. IMAGE is
tests/load/move_image, where the cluster can pull it. Prints what failed, the longest request, and what a move's time
is made of. Nobody else may label nodes meanwhile; labels are put back afterwards.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import cycle
from math import ceil
from pathlib import Path
from typing import Any

import httpx
from kubernetes import client, config, watch

from ahorrater.contracts.events import ClockTick
from tests.integration.event_sink import eventually
from tests.integration.relabel.conftest import own_namespace
from tests.integration.relabel.relabel_world import FunctionProcess, World, sunny_pod

MOVES = 10
STILL_S = 60.0
"""How long the same load runs without a move first: what the machine does anyway."""
SPACING_S = 20.0
"""From one decision to the next."""
RATE = 50
"""Requests a second, to each of the two."""
WORKLOADS = {"web": "Deployment", "fn": "Knative Service"}
STEPS = ("labelled", "created", "scheduled", "started", "ready")


@dataclass
class PodStory:
    """When what was seen of a pod, in seconds of the clock that never goes back."""

    app: str
    node: str | None = None
    seen: dict[str, float] = field(default_factory=dict)

    def note(self, pod: client.V1Pod, kind: str) -> None:
        """Remembers each stage the first time it is seen."""
        self.node = pod.spec.node_name or self.node
        conditions = {one.type for one in pod.status.conditions or [] if one.status == "True"}
        containers = pod.status.container_statuses or []
        stages = {
            "created": True,
            "scheduled": self.node is not None,
            "started": bool(containers) and all(one.state.running for one in containers),
            "ready": "Ready" in conditions,
            "ending": pod.metadata.deletion_timestamp is not None,
            "gone": kind == "DELETED",
        }
        for stage in (name for name, reached in stages.items() if reached):
            self.seen.setdefault(stage, time.monotonic())

    @property
    def serves(self) -> bool:
        """Ready, and not on its way out."""
        return "ready" in self.seen and "ending" not in self.seen


class Witness:
    """Watches the pods of the namespace and the sunny label."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pods: dict[str, PodStory] = {}
        self.sunny_since: dict[str, float] = {}
        for stream in (self._watch_pods, self._watch_nodes):
            threading.Thread(target=stream, daemon=True).start()

    def serving(self, app: str) -> set[str | None]:
        """Where the pods are that serve."""
        return {pod.node for pod in list(self.pods.values()) if pod.app == app and pod.serves}

    def newest(self, app: str) -> PodStory:
        """The pod that became Ready last."""
        return max((pod for pod in self.pods.values() if pod.app == app), key=lambda pod: pod.seen.get("ready", 0))

    def drains_s(self, app: str) -> list[float]:
        """How long each pod took from the order to end until it was gone."""
        ended = [pod.seen for pod in self.pods.values() if pod.app == app and "gone" in pod.seen]
        return [seen["gone"] - seen["ending"] for seen in ended]

    def _watch_pods(self) -> None:
        for event in watch.Watch().stream(self._world.core.list_namespaced_pod, self._world.namespace):
            pod = event["object"]
            app = "fn" if "serving.knative.dev/service" in pod.metadata.labels else pod.metadata.labels["app"]
            self.pods.setdefault(pod.metadata.name, PodStory(app)).note(pod, event["type"])

    def _watch_nodes(self) -> None:
        for event in watch.Watch().stream(self._world.core.list_node):
            node = event["object"]
            if node.metadata.labels.get("sunny") != "1":
                self.sunny_since.pop(node.metadata.name, None)
            else:
                self.sunny_since.setdefault(node.metadata.name, time.monotonic())


def main(image: str, gateway: str) -> None:
    """Sets up, loads, moves, prints."""
    kubeconfig = Path(os.environ["KUBECONFIG"])
    with (
        tempfile.TemporaryDirectory() as folder,
        config.new_client_from_config(str(kubeconfig)) as api,
        contextmanager(own_namespace)(World(api, kubeconfig, "", is_simulated=False)) as world,
        FunctionProcess("relabel", Path(folder), world) as relabel,
    ):
        witness = Witness(world)
        deploy_web(world, image)
        world.serve("fn", 1, image, **{"autoscaling.knative.dev/target-burst-capacity": "-1"})
        nodes = cycle(world.workers[:2])
        epochs = iter(range(1, MOVES + 2))
        move(witness, relabel, next(epochs), next(nodes))
        urls = {"WEB_URL": web_url(world), "FN_URL": gateway, "FN_HOST": host_of(world)}
        eventually(lambda: answers(urls["WEB_URL"], "web") and answers(gateway, urls["FN_HOST"]), 60)
        with load(urls, STILL_S) as still:
            tell("Without a move", still())
        with load(urls, MOVES * SPACING_S + 10) as summary:
            time.sleep(5)
            moves = []
            for epoch in epochs:
                begun = time.monotonic()
                moves.append(move(witness, relabel, epoch, next(nodes)))
                time.sleep(max(0.0, begun + SPACING_S - time.monotonic()))
            report(moves, witness, summary(), world.revisions)


def deploy_web(world: World, image: str, replicas: int = 1) -> None:
    """A Deployment whose pod waits a moment before it ends, until nobody sends it requests, and its Service."""
    pod = sunny_pod()
    pod["terminationGracePeriodSeconds"] = 30
    pod["containers"] = [
        {
            "name": "web",
            "image": image,
            "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}},
            "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
            "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        }
    ]
    world.apps.create_namespaced_deployment(world.namespace, world.workload("web", replicas, pod))
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}}
    world.core.create_namespaced_service(world.namespace, service)


def web_url(world: World) -> str:
    """The Deployment's Service, by its address."""
    return f"http://{world.core.read_namespaced_service('web', world.namespace).spec.cluster_ip}/"


def host_of(world: World) -> str:
    """The name by which the gateway knows the Knative Service."""

    def url() -> str:
        found = world.custom.get_namespaced_custom_object(
            "serving.knative.dev", "v1", world.namespace, "services", "fn"
        )
        return str(found.get("status", {}).get("url", ""))

    eventually(lambda: bool(url()), 60)
    return url().removeprefix("http://")


def answers(url: str, host: str) -> bool:
    """Whether it is reached: before a Service's rules are on every node, a connection may hang for half a minute."""
    try:
        return httpx.get(url, headers={"Host": host}, timeout=2, trust_env=False).status_code == HTTPStatus.OK
    except httpx.HTTPError:
        return False


def move(witness: Witness, relabel: FunctionProcess, epoch: int, node: str) -> dict[str, dict[str, float]]:
    """One move; for each workload the seconds from the decision to each step."""
    decided = time.monotonic()
    answer = relabel.hear_decision(epoch, node)
    assert answer.status in {200, 204}, answer.text
    ticks = iter(range(10_000))
    ended = answer.status == 200

    def arrived() -> bool:
        nonlocal ended
        ended = ended or relabel.hear(ClockTick.TYPE, f"t{epoch}.{next(ticks)}").status == 200
        return ended and all(witness.serving(app) == {node} for app in WORKLOADS)

    eventually(arrived, 120)
    return {
        app: steps(witness.newest(app).seen | {"labelled": witness.sunny_since[node]}, decided) for app in WORKLOADS
    }


def steps(seen: dict[str, float], decided: float) -> dict[str, float]:
    """Seconds from the decision to each step."""
    return {step: seen[step] - decided for step in STEPS}


@contextmanager
def load(urls: dict[str, str], seconds: float) -> Iterator[Callable[[], dict[str, Any]]]:
    """k6 while the block runs; what is yielded answers its summary once it has ended."""
    settings = {**urls, "RATE": str(RATE), "SECONDS": str(ceil(seconds))}
    arguments = [part for name, value in settings.items() for part in ("-e", f"{name}={value}")]
    command = [str(Path(sys.executable).with_name("k6")), "run", "--quiet", *arguments]
    k6 = subprocess.Popen([*command, str(Path(__file__).with_name("moves.js"))], stdout=subprocess.PIPE)
    try:
        yield lambda: dict(json.loads(k6.communicate(timeout=seconds + 60)[0]))
    finally:
        k6.terminate()


def report(
    moves: list[dict[str, dict[str, float]]], witness: Witness, summary: dict[str, Any], revisions: list[str]
) -> None:
    """Tables as docs/moves.md has them."""
    tell(f"{len(moves)} moves; revisions afterwards: {', '.join(revisions)}", summary)
    for app, kind in WORKLOADS.items():
        print(kind)
        for step in STEPS:
            print(f"  decision to {step}: {spread([one[app][step] for one in moves])}")
        print(f"  drain of the old pod: {spread(witness.drains_s(app))}")
    print(f"decision to last pod Ready: {spread([max(one[app]['ready'] for app in WORKLOADS) for one in moves])}")


def tell(what: str, summary: dict[str, Any]) -> None:
    """What k6 saw."""
    print(f"{what}; not sent: {summary['not_sent']}")
    for app, kind in WORKLOADS.items():
        found = summary[app]
        numbers = ", ".join(f"{name} {found[name]:.0f}" for name in ("p95_ms", "p99_ms", "longest_ms"))
        print(f"  {kind}: {found['requests']} requests, {found['failed']} failed, {numbers}", flush=True)


def spread(values: list[float]) -> str:
    """Median and 95th percentile by nearest rank."""
    ordered = sorted(values)
    if not ordered:
        return "none seen"
    p50, p95 = (ordered[ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s"


if __name__ == "__main__":
    main(*sys.argv[1:])
