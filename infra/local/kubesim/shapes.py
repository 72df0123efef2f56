"""The JSON types of fields, so that a wrong one is refused at the door instead of breaking a controller later."""

from infra.local.kubesim.errors import ApiError, bad_request
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.quantities import parse_quantity
from infra.local.kubesim.resources import Resource

# The same name has the same type wherever it stands in the kinds that are simulated.
_WHOLE_NUMBERS = frozenset(
    {
        "activeDeadlineSeconds", "containerConcurrency", "containerPort", "leaseDurationSeconds", "leaseTransitions",
        "minReadySeconds", "port", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit",
        "terminationGracePeriodSeconds", "timeoutSeconds", "tolerationSeconds", "weight",
    }
)  # fmt: skip
_BOOLEANS = frozenset({"paused", "unschedulable", "hostNetwork"})
_OBJECTS = frozenset(
    {
        "affinity", "annotations", "labels", "limits", "matchLabels", "metadata", "nodeAffinity", "nodeSelector",
        "preference", "requests", "requiredDuringSchedulingIgnoredDuringExecution", "resources", "rollingUpdate",
        "securityContext", "spec", "strategy", "template",
    }
)  # fmt: skip
_LISTS = frozenset(
    {
        "conditions", "containers", "env", "finalizers", "initContainers", "matchExpressions", "matchFields",
        "nodeSelectorTerms", "ownerReferences", "ports", "preferredDuringSchedulingIgnoredDuringExecution", "taints",
        "tolerations", "values", "volumeMounts", "volumes",
    }
)  # fmt: skip
_TEXTS = frozenset({"effect", "generateName", "image", "key", "name", "namespace", "operator", "uid"})
_TEXT_MAPS = frozenset({"annotations", "labels", "matchLabels", "nodeSelector"})
_FREE_FORM = frozenset({"data", "stringData", "binaryData", "managedFields"})
_TYPES: tuple[tuple[frozenset[str], type, str], ...] = (
    (_WHOLE_NUMBERS, int, "int32"),
    (_BOOLEANS, bool, "bool"),
    (_OBJECTS, dict, "object"),
    (_LISTS, list, "array"),
    (_TEXTS, str, "string"),
)
_GO_NAMES = {str: "string", int: "number", float: "number", bool: "bool", dict: "object", list: "array"}


class ShapeError(ValueError):
    """A field of another JSON type than its kind has; the message is the one of Go's decoder."""


def _check_all(obj: KubeObject) -> None:
    _check_status(obj)
    check_fields({name: value for name, value in obj.items() if name != "status"})


def _check_status(obj: KubeObject) -> None:
    """Only conditions have a `status` that is a text; an object's own is an object."""
    if not isinstance(obj.get("status") or {}, dict):
        raise ShapeError("json: cannot unmarshal string into Go struct field .status of type object")


def check_fields(value: object, path: str = "") -> None:
    """Walks an object; raises `ShapeError` at the first field of a wrong type."""
    if isinstance(value, list):
        for item in value:
            check_fields(item, path)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name in _FREE_FORM or item is None:
            continue
        _check_field(f"{path}.{name}".lstrip("."), name, item)
        if name in _TEXT_MAPS:
            _check_text_map(f"{path}.{name}", item)
        elif name in ("limits", "requests"):
            _check_quantities(item)
        else:
            check_fields(item, f"{path}.{name}")


def _check_field(path: str, name: str, value: object) -> None:
    for names, wanted, go_name in _TYPES:
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if name in names and not fits:
            raise ShapeError(
                f"json: cannot unmarshal {_GO_NAMES[type(value)]} into Go struct field {path} of type {go_name}"
            )


def _check_text_map(path: str, values: dict[str, object]) -> None:
    for value in values.values():
        if not isinstance(value, str):
            field = f"ObjectMeta{path}" if path.startswith(".metadata") else path
            raise ShapeError(
                f"json: cannot unmarshal {_GO_NAMES[type(value)]} into Go struct field {field} of type string"
            )


def _check_quantities(amounts: dict[str, str | float]) -> None:
    try:
        for amount in amounts.values():
            parse_quantity(amount)
    except ValueError as error:
        pattern = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
        raise ShapeError(f"quantities must match the regular expression '{pattern}'") from error


def check_object(resource: Resource, obj: KubeObject) -> None:
    """Raises 400 for an object of the wrong shape in a POST or PUT."""
    try:
        _check_all(obj)
    except ShapeError as error:
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {error}'
        ) from error


def check_patched(obj: KubeObject) -> None:
    """Raises 422 for what a patch has made of an object."""
    try:
        _check_all(obj)
    except ShapeError as error:
        message = f"Invalid value: the patched object: {error}"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "patch"}
        raise ApiError(422, "Invalid", f' "" is invalid: patch: {message}', {"causes": [cause]}) from error
