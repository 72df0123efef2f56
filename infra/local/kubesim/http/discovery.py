"""Says what is served: version, groups, kinds, and as much OpenAPI as kubectl asks for."""

from collections.abc import Iterable

from infra.local.kubesim.nodes import KUBELET_VERSION
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.resources import PODS, RESOURCES, Resource

_FOREIGN_SUBRESOURCES = {
    "eviction": {"group": "policy", "version": "v1", "kind": "Eviction"},
    "scale": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
}
_SUBRESOURCE_VERBS = {"eviction": ["create"]}


def discovery_document(path: str) -> KubeObject | None:
    """The document at a discovery path, or None when the path is not one of them."""
    return _DOCUMENTS.get(path.rstrip("/"))


def _version() -> KubeObject:
    major, minor, _ = KUBELET_VERSION.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": KUBELET_VERSION,
        "gitCommit": "simulated",
        "gitTreeState": "clean",
        "buildDate": "2025-01-01T00:00:00Z",
        "goVersion": "none",
        "compiler": "none",
        "platform": "linux/amd64",
    }


def _group(name: str) -> KubeObject:
    versions = sorted({resource.version for resource in RESOURCES if resource.group == name})
    entries = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": entries, "preferredVersion": entries[0]}


def _group_names() -> list[str]:
    return sorted({resource.group for resource in RESOURCES if resource.group})


def _resource_list(root: str) -> KubeObject:
    served = [resource for resource in RESOURCES if resource.root == root]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": served[0].api_version,
        "resources": [entry for resource in served for entry in _entries(resource)],
    }


def _entries(resource: Resource) -> Iterable[KubeObject]:
    yield {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
        **({"shortNames": list(resource.short_names)} if resource.short_names else {}),
        **({"categories": list(resource.categories)} if resource.categories else {}),
    }
    for subresource in resource.subresources:
        yield {
            "name": f"{resource.plural}/{subresource}",
            "singularName": "",
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": _SUBRESOURCE_VERBS.get(subresource, ["get", "patch", "update"]),
        } | _FOREIGN_SUBRESOURCES.get(subresource, {})


def _openapi_paths(root: str) -> KubeObject:
    """Enough of OpenAPI v3 for kubectl to see that the server validates fields itself (`fieldValidation`)."""
    served = [resource for resource in RESOURCES if resource.root == root and resource.serves("patch")]
    return {
        "openapi": "3.0.0",
        "info": {"title": "AhorraTER simulated Kubernetes", "version": KUBELET_VERSION},
        "paths": {_openapi_path(resource): {"patch": _patch_operation(resource)} for resource in served},
    }


def _openapi_path(resource: Resource) -> str:
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"{resource.root}{scope}/{resource.plural}/{{name}}"


def _patch_operation(resource: Resource) -> KubeObject:
    names = ("dryRun", "fieldManager", "fieldValidation", "force")
    return {
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": {
            "group": resource.group,
            "version": resource.version,
            "kind": resource.kind,
        },
    }


def _documents() -> dict[str, KubeObject]:
    roots = sorted({resource.root for resource in RESOURCES})
    groups = [_group(name) for name in _group_names()]
    index = {root.removeprefix("/"): {"serverRelativeURL": f"/openapi/v3{root}"} for root in roots}
    return {
        "/version": _version(),
        "/api": {"kind": "APIVersions", "versions": [PODS.version], "serverAddressByClientCIDRs": []},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups},
        "/openapi/v3": {"paths": index},
        **{f"/apis/{group['name']}": {"kind": "APIGroup", "apiVersion": "v1"} | group for group in groups},
        **{root: _resource_list(root) for root in roots},
        **{f"/openapi/v3{root}": _openapi_paths(root) for root in roots},
    }


_DOCUMENTS = _documents()
