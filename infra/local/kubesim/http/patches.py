"""PATCH: from a content type and a body to a change of an object."""

from collections.abc import Callable
from typing import Any

from infra.local.kubesim.errors import (
    ApiError,
    FieldError,
    bad_request,
)
from infra.local.kubesim.http.formats import decode_json, decode_yaml
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.patching import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    json_patch,
    merge_patch,
    strategic_merge,
)
from infra.local.kubesim.resources import Resource
from infra.local.kubesim.shapes import check_patched

Change = Callable[[KubeObject], KubeObject]


def patch_change(resource: Resource, content_type: str, body: bytes) -> Change:
    """What a patch does to an object. Raises 400 for a bad body, 415 for a content type the kind does not take."""
    media_type = content_type.partition(";")[0].strip()
    if media_type not in _accepted_types(resource):
        raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type")
    patch = decode_yaml(body) if media_type == APPLY_PATCH else decode_json(body)
    apply = _checked(media_type, patch, resource)

    def change(current: KubeObject) -> KubeObject:
        patched = apply(current)
        check_patched(patched)
        return patched

    return change


def is_apply(content_type: str) -> bool:
    """Whether a PATCH is a server-side apply, which may create."""
    return content_type.partition(";")[0].strip() == APPLY_PATCH


def apply_configuration(body: bytes, field_manager: str) -> KubeObject:
    """The object of a server-side apply. Raises 400, or 422 without a field manager."""
    if not field_manager:
        error = FieldError("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")
        message = f'PatchOptions.meta.k8s.io "" is invalid: {error.field}: {error.message}'
        raise ApiError(422, "Invalid", message)
    configuration = decode_yaml(body)
    if not isinstance(configuration, dict):
        raise bad_request("the applied configuration is not an object")
    return configuration


def _accepted_types(resource: Resource) -> tuple[str, ...]:
    if resource.is_custom:
        return (JSON_PATCH, MERGE_PATCH, APPLY_PATCH)
    return (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH)


def _checked(media_type: str, patch: Any, resource: Resource) -> Change:
    if media_type == JSON_PATCH:
        if not isinstance(patch, list):
            raise bad_request("a JSON patch is a list of operations")
        return lambda current: json_patch(current, patch)
    if not isinstance(patch, dict):
        raise bad_request("a merge patch is an object")
    merges_plainly = media_type == MERGE_PATCH or (media_type == APPLY_PATCH and resource.is_custom)
    merge = merge_patch if merges_plainly else strategic_merge
    return lambda current: merge(current, patch)
