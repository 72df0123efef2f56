"""RBAC says exactly what the functions call: a recorded run on the simulated cluster against knative/base/rbac.yaml."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from kubernetes import config

from ahorrater.contracts.events import ClockTick
from infra.local.kubesim.server import RunningServer, running
from tests.integration.event_sink import eventually
from tests.integration.relabel.relabel_world import FunctionProcess, World

RBAC = Path(__file__).parents[3] / "knative/base/rbac.yaml"
NAMESPACE = "ahorrater"


@dataclass(frozen=True)
class Permission:
    """One verb on one resource, in one namespace or (None) in all, for some names or (empty) for all."""

    user: str
    verb: str
    group: str
    resource: str
    namespace: str | None
    names: tuple[str, ...]

    def allows(self, access: dict[str, str]) -> bool:
        return (
            (self.user, self.verb, self.group, self.resource)
            == (access["user"], access["verb"], access["group"], access["resource"])
            and self.namespace in {None, access["namespace"]}
            and (not self.names or access["name"] in self.names)
        )


def permissions() -> Iterator[Permission]:
    documents = list(yaml.safe_load_all(RBAC.read_text()))
    roles = {(one["kind"], one["metadata"]["name"]): one["rules"] for one in documents if "rules" in one}
    for binding in (one for one in documents if "roleRef" in one):
        is_cluster_wide = binding["kind"] == "ClusterRoleBinding"
        for rule in roles[binding["roleRef"]["kind"], binding["roleRef"]["name"]]:
            for subject in binding["subjects"]:
                yield from (
                    Permission(
                        subject["name"],
                        verb,
                        group,
                        resource,
                        None if is_cluster_wide else binding["metadata"]["namespace"],
                        tuple(rule.get("resourceNames", ())),
                    )
                    for group in rule["apiGroups"]
                    for resource in rule["resources"]
                    for verb in rule["verbs"]
                )


@pytest.fixture(scope="module")
def accesses(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What relabel and cluster-query ask of the cluster on all their paths."""
    folder = tmp_path_factory.mktemp("permissions")
    with running() as server:
        kubeconfig = server.write_kubeconfig(folder / "admin")
        with config.new_client_from_config(str(kubeconfig)) as api:
            world = World(api, kubeconfig, NAMESPACE, is_simulated=True, url=server.url)
            with as_function(server, "relabel", world, folder) as relabel:
                run_relabel(world, relabel)
            with as_function(server, "cluster_query", world, folder) as cluster_query:
                for path in ("listNodes", "getSunnyNode", "getNodePod", "getMetricsNodes"):
                    assert cluster_query.request("GET", f"/rest/{path}").status == 200
        with urllib.request.urlopen(f"{server.url}/simulation/accesses", timeout=10) as answer:
            recorded = json.load(answer)["accesses"]
    return [access for access in recorded if access["user"]]


def as_function(server: RunningServer, name: str, world: World, folder: Path) -> FunctionProcess:
    """The function with the name of its ServiceAccount as its user."""
    user = name.replace("_", "-")
    kubeconfig = server.write_kubeconfig(folder / user, user)
    settings = {"KUBECONFIG": str(kubeconfig), "WORKLOAD_NAMESPACES": "", "RELABEL_NOT_READY_LIMIT_S": "0"}
    return FunctionProcess(name, folder, world, **settings)


def run_relabel(world: World, relabel: FunctionProcess) -> None:
    """Moves of every kind of workload, one that is undone, people who steer, and people who move by hand."""
    first, second, *_ = world.workers
    world.deploy("web", 1)
    world.deploy_stateful("db", 1)
    world.serve("fn", 1)
    relabel.hear_decision(1, first)
    finish(relabel, "first")
    for app in ("web", "db", "fn-00001"):
        eventually(lambda app=app: world.ready(app) == [first], 60)
    relabel.hear_decision(2, second)
    finish(relabel, "second")
    world.simulate(f"nodes/{second}", {"ready": False})
    finish(relabel, "third")
    assert world.sunny == [first]
    for path in ("pause", "resume", "mode/recommend-only"):
        assert relabel.request("POST", f"/rest/control/{path}").status == 200
    world.simulate(f"nodes/{second}", {"ready": True})
    assert relabel.hear_decision(3, second).status == 200
    for path in ("veto/3", "approve/3", "mode/apply"):
        relabel.request("POST", f"/rest/control/{path}")
    assert relabel.request("GET", "/rest/control").status == 200
    for path in (f"updatePodsSun/{first}", f"labelNode/{second}", "unlabelNodes"):
        assert relabel.request("POST", f"/rest/{path}").status == 200


def finish(relabel: FunctionProcess, what: str) -> None:
    """Ticks until a move has ended."""
    ticks = iter(range(10_000))
    eventually(lambda: relabel.hear(ClockTick.TYPE, f"{what}-{next(ticks)}").status == 200, 60)


def test_every_call_is_permitted(accesses):
    assert {access["user"] for access in accesses} == {"relabel", "cluster-query"}
    granted = list(permissions())
    refused = [access for access in accesses if not any(permission.allows(access) for permission in granted)]
    assert refused == []


@pytest.mark.parametrize(
    "permission", list(permissions()), ids=lambda it: f"{it.user}:{it.verb}:{it.group}:{it.resource}"
)
def test_every_permission_is_used(accesses, permission):
    assert any(permission.allows(access) for access in accesses)


def test_every_name_is_used(accesses):
    names = {name for permission in permissions() for name in permission.names}
    assert names <= {access["name"] for access in accesses}
