"""Reads the paths of the API."""

from dataclasses import dataclass

from infra.local.kubesim.errors import path_not_found
from infra.local.kubesim.resources import NAMESPACES, Resource, resource_at


@dataclass(frozen=True)
class Target:
    """What a path names: a kind, perhaps a namespace, perhaps one object, perhaps a part of it."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def parse_target(path: str) -> Target:
    """The target of `/api/v1/...` or `/apis/GROUP/VERSION/...`. Raises 404 for what is not served."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) >= 3:
        return _parse_rest("", parts[1], parts[2:])
    if parts[0] == "apis" and len(parts) >= 4:
        return _parse_rest(parts[1], parts[2], parts[3:])
    raise path_not_found()


def _parse_rest(group: str, version: str, parts: list[str]) -> Target:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) >= 3 and _names_a_namespaced_kind(group, version, parts[2]):
        namespace, parts = parts[1], parts[2:]
    resource = resource_at(group, version, parts[0])
    name, subresource, *rest = (*parts[1:], "", "")[: max(2, len(parts) - 1)]
    if resource is None or any(rest) or (subresource and subresource not in resource.subresources):
        raise path_not_found()
    if name and resource.namespaced and not namespace:
        raise path_not_found()
    return Target(resource, namespace, name, subresource)


def _names_a_namespaced_kind(group: str, version: str, plural: str) -> bool:
    resource = resource_at(group, version, plural)
    return resource is not None and resource is not NAMESPACES and resource.namespaced
