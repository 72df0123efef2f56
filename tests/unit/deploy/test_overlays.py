"""What the manifests promise: every pod restricted, bounded, known by its name; every reference leads somewhere."""

import re
from collections.abc import Iterator

import pytest
import yaml

from dashboard.settings import Settings
from infra.deploy.images.catalogue import REPOSITORY, read_catalogue
from infra.deploy.manifests.objects import Json, containers, is_knative_service, name, parse, pod_template
from tests.unit.deploy.overlays import OVERLAYS, ROOT, base, manifest_files, objects_of

SECRETS = ROOT / "knative" / "secrets.example.yaml"
"""Every Secret that there is; infra/deploy/secrets makes them, or people do (Telegram)."""
NEEDS_API = {"relabel", "cluster-query"}
QUESTIONS = {"energy-query", "cluster-query", "fuel-query"}


@pytest.fixture(params=OVERLAYS)
def objects(request: pytest.FixtureRequest) -> list[Json]:
    return objects_of(request.param)


def templates(objects: list[Json]) -> Iterator[tuple[str, Json]]:
    for item in objects:
        template = pod_template(item)
        if template:
            yield name(item), template


def names(objects: list[Json], kind: str) -> set[str]:
    return {name(item) for item in objects if item["kind"] == kind}


def label_of(template: Json) -> str | None:
    labels = template["metadata"]["labels"]
    return labels.get("app.kubernetes.io/name") or labels.get("app")


@pytest.mark.parametrize("path", manifest_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_is_yaml_with_kinds(path) -> None:
    documents = [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]
    assert documents
    assert all("apiVersion" in document and "kind" in document for document in documents)


@pytest.mark.parametrize("folder", ["components", "overlays"])
def test_what_a_kustomization_lists_is_there(folder: str) -> None:
    for path in (ROOT / "knative" / folder).rglob("kustomization.yaml"):
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        patches = [patch["path"] for patch in listed.get("patches", []) if "path" in patch]
        for entry in (*listed.get("resources", []), *listed.get("components", []), *patches):
            found = path.parent / entry
            assert found.is_file() or (found / "kustomization.yaml").is_file(), f"{path}: {entry}"


def test_every_image_of_ours_is_built() -> None:
    known = {image.name for image in read_catalogue(ROOT)}
    files = [path.read_text(encoding="utf-8") for path in manifest_files()]
    used = {found for text in files for found in re.findall(rf"image: {REPOSITORY}/([^:\s]+)", text)}
    assert used <= known


def test_pods_say_which_function_they_are() -> None:
    for item in base():
        template = pod_template(item)
        if template:
            assert template["metadata"]["labels"]["app.kubernetes.io/name"] == name(item)


def test_every_container_is_restricted_and_bounded(objects: list[Json]) -> None:
    for owner, template in templates(objects):
        for container in containers(template):
            context = {**template["spec"].get("securityContext", {}), **container["securityContext"]}
            assert context["runAsNonRoot"], owner
            assert context["readOnlyRootFilesystem"], owner
            assert context["allowPrivilegeEscalation"] is False, owner
            assert context["capabilities"]["drop"] == ["ALL"], owner
            assert context["seccompProfile"]["type"] == "RuntimeDefault", owner
            for bound in ("requests", "limits"):
                assert {"cpu", "memory"} <= container["resources"][bound].keys(), owner


def test_what_serves_has_a_probe_and_an_account(objects: list[Json]) -> None:
    accounts = names(objects, "ServiceAccount")
    for item in objects:
        template = pod_template(item)
        if template and item["kind"] not in {"Job", "CronJob", "StatefulSet"}:
            assert all("readinessProbe" in container for container in template["spec"]["containers"]), name(item)
            account = template["spec"].get("serviceAccountName")
            assert account in accounts or template["spec"].get("automountServiceAccountToken") is False, name(item)


def test_only_who_calls_kubernetes_has_a_token(objects: list[Json]) -> None:
    with_token = {
        name(item)
        for item in objects
        if item["kind"] == "ServiceAccount" and item.get("automountServiceAccountToken") is not False
    }
    assert with_token == NEEDS_API


def test_every_secret_that_is_used_has_an_example(objects: list[Json]) -> None:
    known = names(parse(SECRETS.read_text(encoding="utf-8")), "Secret")
    for owner, template in templates(objects):
        volumes = template["spec"].get("volumes") or []
        entries = [entry for container in containers(template) for entry in container.get("env") or []]
        used = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume} | {
            entry["valueFrom"]["secretKeyRef"]["name"]
            for entry in entries
            if "secretKeyRef" in entry.get("valueFrom", {})
        }
        assert used <= known, owner


def test_every_config_map_is_there(objects: list[Json]) -> None:
    known = names(objects, "ConfigMap") | {"wiring"}
    for owner, template in templates(objects):
        volumes = template["spec"].get("volumes") or []
        sources = [source for container in containers(template) for source in container.get("envFrom") or []]
        used = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume} | {
            source["configMapRef"]["name"] for source in sources if "configMapRef" in source
        }
        assert used <= known, owner


def test_triggers_lead_to_functions(objects: list[Json]) -> None:
    functions = {name(item) for item in objects if is_knative_service(item)}
    triggers = [item for item in objects if item["kind"] == "Trigger"]
    assert triggers
    for trigger in triggers:
        assert trigger["spec"]["subscriber"]["ref"]["name"] in functions
        assert trigger["spec"]["delivery"]["deadLetterSink"]["ref"]["name"] in functions


def test_the_dashboard_knows_every_function_that_it_asks(objects: list[Json]) -> None:
    functions = {f"http://{name(item)}.ahorrater.svc.cluster.local" for item in objects if is_knative_service(item)}
    (dashboard,) = (template for owner, template in templates(objects) if owner == "dashboard")
    environment = {entry["name"]: entry.get("value") for entry in dashboard["spec"]["containers"][0]["env"]}
    wanted = {field.upper() for field in Settings.model_fields if field.endswith("_url")}
    assert wanted <= environment.keys()
    assert {environment[variable] for variable in wanted} <= functions


def test_who_needs_the_database_may_reach_it(objects: list[Json]) -> None:
    allowed = selected_by(objects, "to-database")
    for owner, template in templates(objects):
        wants = any(entry["name"] == "DATABASE_URL" for one in containers(template) for entry in one.get("env") or [])
        assert not wants or label_of(template) in allowed, (
            f"{owner} is missing in knative/components/network/database.yaml"
        )


def test_who_needs_the_api_server_may_reach_it(objects: list[Json]) -> None:
    assert selected_by(objects, "to-kubernetes-api") == NEEDS_API


def test_policies_select_pods_that_exist(objects: list[Json]) -> None:
    known = {label_of(template) for _, template in templates(objects)}
    for item in objects:
        if item["kind"] in {"NetworkPolicy", "PodDisruptionBudget"}:
            assert selected_by(objects, name(item), item["kind"]) <= known, name(item)


def selected_by(objects: list[Json], policy: str, kind: str = "NetworkPolicy") -> set[str]:
    """The pods' names that a selector asks for."""
    (found,) = (item for item in objects if (item["kind"], name(item)) == (kind, policy))
    selector = found["spec"].get("podSelector", found["spec"].get("selector", {}))
    labels = selector.get("matchLabels", {})
    asked = {labels[key] for key in ("app.kubernetes.io/name", "app") if key in labels}
    for expression in selector.get("matchExpressions", []):
        asked |= set(expression.get("values", [])) if expression["key"] == "app.kubernetes.io/name" else set()
    return asked


@pytest.mark.parametrize("overlay", ["dev", "production"])
def test_only_questions_are_answered_outside(overlay: str) -> None:
    public = {
        name(item)
        for item in objects_of(overlay)
        if is_knative_service(item) and "networking.knative.dev/visibility" not in item["metadata"]["labels"]
    }
    assert public >= QUESTIONS
    assert not public & {"ingest-reading", "choose-node", "relabel", "notify", "dead-letter", "fuel-refresh"}


def test_production_has_no_single_point_that_people_wait_for() -> None:
    objects = objects_of("production")
    budgets = names(objects, "PodDisruptionBudget")
    for item in objects:
        template = pod_template(item)
        if template and name(item) in budgets:
            scale = (template["metadata"].get("annotations") or {}).get("autoscaling.knative.dev/min-scale")
            assert int(scale or item["spec"].get("replicas", 1)) >= 2, name(item)
