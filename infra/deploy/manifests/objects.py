"""Kubernetes objects as plain data."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

Json = dict[str, Any]

KNATIVE_SERVING = "serving.knative.dev"
POD_OWNERS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job"})


def parse(text: str) -> list[Json]:
    """The objects of a YAML text of several documents."""
    return [document for document in yaml.safe_load_all(text) if document is not None]


def dump(objects: Iterable[Json]) -> str:
    """The same as YAML text."""
    return yaml.safe_dump_all(objects, sort_keys=False)


def group(item: Json) -> str:
    """The API group; empty for the core's."""
    api_version: str = item["apiVersion"]
    return api_version.rpartition("/")[0]


def name(item: Json) -> str:
    """Its name."""
    return str(item["metadata"]["name"])


def is_knative_service(item: Json) -> bool:
    """A Knative Service, not Kubernetes' own."""
    return bool(item["kind"] == "Service") and group(item) == KNATIVE_SERVING


def pod_template(item: Json) -> Json | None:
    """The template of the pods that it makes, if it makes any."""
    if item["kind"] == "CronJob":
        template: Json = item["spec"]["jobTemplate"]["spec"]["template"]
        return template
    makes_pods = item["kind"] in POD_OWNERS or is_knative_service(item)
    return item["spec"]["template"] if makes_pods else None


def containers(template: Json) -> Iterator[Json]:
    """All containers of a pod template, those for the start included."""
    yield from template["spec"].get("initContainers") or []
    yield from template["spec"]["containers"]


def fingerprint(content: object) -> str:
    """Eight characters that change with the content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
