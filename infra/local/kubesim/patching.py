"""The patch formats of the API: JSON patch (RFC 6902), merge patch (RFC 7386) and strategic merge patch."""

from collections.abc import Callable
from typing import Any

from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.objects import KubeObject, copied

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


# The lists that merge by a key, by field name: the patchMergeKey tags of the Go types that we serve.
_MERGE_KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "ownerReferences": ("uid",),
    "conditions": ("type",),
    "addresses": ("type",),
}
_MERGED_SETS = frozenset({"finalizers", "podCIDRs"})
_DIRECTIVES = ("$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")


def strategic_merge(target: KubeObject, patch: KubeObject) -> KubeObject:
    """Kubernetes' own merge: as a merge patch, with known lists merged by key and `$` directives obeyed."""
    if patch.get("$patch") == "delete":
        return {}
    if patch.get("$patch") == "replace":
        return _plain(patch)
    result = _retained(target, patch)
    for key, value in patch.items():
        if key.startswith(_DIRECTIVES):
            continue
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged_field(key, result.get(key), value)
    return _reordered(_without_deleted(result, patch), patch)


def _plain(patch: KubeObject) -> KubeObject:
    return {key: value for key, value in patch.items() if not key.startswith(_DIRECTIVES)}


def _retained(target: KubeObject, patch: KubeObject) -> KubeObject:
    kept = patch.get("$retainKeys")
    return {key: value for key, value in target.items() if kept is None or key in kept}


def _merged_field(name: str, current: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return strategic_merge(current if isinstance(current, dict) else {}, value)
    if not isinstance(value, list):
        return value
    existing = current if isinstance(current, list) else []
    if name in _MERGED_SETS:
        return existing + [item for item in value if item not in existing]
    merge_key = _merge_key(name, [*existing, *value])
    return _merged_list(existing, value, merge_key) if merge_key else value


def _merge_key(name: str, items: list[Any]) -> str | None:
    for key in _MERGE_KEYS.get(name, ()):
        if any(isinstance(item, dict) and key in item for item in items):
            return key
    return None


def _merged_list(existing: list[KubeObject], patches: list[KubeObject], merge_key: str) -> list[KubeObject]:
    if any(item.get("$patch") == "replace" for item in patches):
        return [item for item in patches if "$patch" not in item]
    result = list(existing)
    for patch in patches:
        if merge_key not in patch:
            raise ApiError(500, "", f"map: {patch} does not contain declared merge key: {merge_key}")
        position = next((i for i, item in enumerate(result) if item.get(merge_key) == patch[merge_key]), None)
        if patch.get("$patch") == "delete":
            result = [item for item in result if item.get(merge_key) != patch[merge_key]]
        elif position is None:
            result.append(strategic_merge({}, patch))
        else:
            result[position] = strategic_merge(result[position], patch)
    return result


def _without_deleted(result: KubeObject, patch: KubeObject) -> KubeObject:
    for directive, gone in patch.items():
        if directive.startswith("$deleteFromPrimitiveList/"):
            field = directive.partition("/")[2]
            result[field] = [item for item in result.get(field) or [] if item not in gone]
    return result


def _reordered(result: KubeObject, patch: KubeObject) -> KubeObject:
    for directive, order in patch.items():
        field = directive.partition("/")[2]
        if directive.startswith("$setElementOrder/") and isinstance(result.get(field), list):
            result[field] = _in_order(result[field], order, field)
    return result


def _in_order(items: list[Any], order: list[Any], field: str) -> list[Any]:
    merge_key = _merge_key(field, items)

    def identity(item: Any) -> Any:
        return item.get(merge_key) if merge_key and isinstance(item, dict) else item

    rank = {identity(item): position for position, item in enumerate(order)}
    return sorted(items, key=lambda item: rank.get(identity(item), len(rank)))


def json_patch(target: KubeObject, operations: list[KubeObject]) -> KubeObject:
    """RFC 6902. Raises 422 for an operation that cannot be applied."""
    result: KubeObject = copied(target)
    for operation in operations:
        result = _applied(result, operation)
    return result


def _applied(document: KubeObject, operation: KubeObject) -> KubeObject:
    if not isinstance(operation, dict) or operation.get("op") not in _OPERATIONS or "path" not in operation:
        message = (
            f"the server rejected our request due to an error in our request: {operation} needs a known op and a path"
        )
        raise ApiError(422, "Invalid", message)
    try:
        _OPERATIONS[operation["op"]](document, operation)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        path = operation["path"]
        message = f"the server rejected our request due to an error in our request: {operation['op']} {path}: {error}"
        raise ApiError(422, "Invalid", message) from error
    return document


def _resolved(document: Any, pointer: str) -> tuple[Any, str]:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in parents:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document, last


def _value_at(document: KubeObject, pointer: str) -> Any:
    container, last = _resolved(document, pointer)
    return container[int(last)] if isinstance(container, list) else container[last]


def _add(document: KubeObject, pointer: str, value: Any) -> None:
    container, last = _resolved(document, pointer)
    if isinstance(container, list):
        position = len(container) if last == "-" else int(last)
        if position > len(container):
            raise IndexError(f"index {position} is beyond the end")
        container.insert(position, value)
    else:
        container[last] = value


def _remove(document: KubeObject, pointer: str) -> Any:
    container, last = _resolved(document, pointer)
    return container.pop(int(last)) if isinstance(container, list) else container.pop(last)


def _replace(document: KubeObject, pointer: str, value: Any) -> None:
    _value_at(document, pointer)
    container, last = _resolved(document, pointer)
    container[int(last) if isinstance(container, list) else last] = value


def _test(document: KubeObject, pointer: str, value: Any) -> None:
    if _value_at(document, pointer) != value:
        raise ValueError("the value is another one")


_OPERATIONS: dict[str, Callable[[KubeObject, KubeObject], object]] = {
    "add": lambda document, op: _add(document, op["path"], copied(op["value"])),
    "remove": lambda document, op: _remove(document, op["path"]),
    "replace": lambda document, op: _replace(document, op["path"], copied(op["value"])),
    "move": lambda document, op: _add(document, op["path"], _remove(document, op["from"])),
    "copy": lambda document, op: _add(document, op["path"], copied(_value_at(document, op["from"]))),
    "test": lambda document, op: _test(document, op["path"], op["value"]),
}
