"""What the API refuses, as the `Status` objects that a real server answers with."""

from dataclasses import dataclass

from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.resources import Resource


class ApiError(Exception):
    """A refusal: HTTP code, machine-readable reason, a sentence and the details of `metav1.Status`."""

    def __init__(self, code: int, reason: str, message: str, details: KubeObject | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}

    def status(self) -> KubeObject:
        """The body of the answer."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            **({"reason": self.reason} if self.reason else {}),
            **({"details": self.details} if self.details else {}),
            "code": self.code,
        }


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field, in the words of `k8s.io/apimachinery/pkg/util/validation/field`."""

    field: str
    reason: str
    message: str


def invalid_value(field: str, value: str, why: str) -> FieldError:
    """The value of a field breaks a rule. `value` is written as Go would: strings quoted."""
    return FieldError(field, "FieldValueInvalid", f"Invalid value: {value}: {why}")


def required(field: str, why: str = "") -> FieldError:
    """A field is missing."""
    return FieldError(field, "FieldValueRequired", "Required value" + (f": {why}" if why else ""))


def forbidden_field(field: str, why: str) -> FieldError:
    """A field may not be set or changed."""
    return FieldError(field, "FieldValueForbidden", f"Forbidden: {why}")


def unsupported(field: str, value: str, supported: tuple[str, ...]) -> FieldError:
    """The value of a field is none of those that exist."""
    choices = ", ".join(f'"{choice}"' for choice in supported)
    message = f'Unsupported value: "{value}": supported values: {choices}'
    return FieldError(field, "FieldValueNotSupported", message)


def _details(resource: Resource, name: str, kind: str | None = None) -> KubeObject:
    group = {"group": resource.group} if resource.group else {}
    named = {"name": name} if name else {}
    return {**named, **group, "kind": kind or resource.plural}


def not_found(resource: Resource, name: str) -> ApiError:
    """404: no such object."""
    message = f'{resource.qualified_plural} "{name}" not found'
    return ApiError(404, "NotFound", message, _details(resource, name))


def metrics_not_found(resource: Resource, name: str) -> ApiError:
    """404: metrics-server knows nothing of a node or pod; it names the kinds in its own way."""
    kind = resource.plural if resource.namespaced else "node"
    return ApiError(404, "NotFound", f'{kind} "{name}" not found', {"name": name, "kind": kind})


def path_not_found() -> ApiError:
    """404: no such path."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def already_exists(resource: Resource, name: str) -> ApiError:
    """409: a create met an object of that name."""
    message = f'{resource.qualified_plural} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(resource, name))


def conflict(resource: Resource, name: str, why: str) -> ApiError:
    """409: the change was made from another state than the present one."""
    message = f'Operation cannot be fulfilled on {resource.qualified_plural} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(resource, name))


def stale(resource: Resource, name: str) -> ApiError:
    """409: `metadata.resourceVersion` is not the present one."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(resource, name, why)


def invalid(resource: Resource, name: str, errors: list[FieldError]) -> ApiError:
    """422: the object is well-formed and breaks a rule."""
    texts = [f"{error.field}: {error.message}" for error in errors]
    summary = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    causes = [{"reason": error.reason, "message": error.message, "field": error.field} for error in errors]
    details = _details(resource, name, resource.kind) | {"causes": causes}
    return ApiError(422, "Invalid", f'{resource.qualified_kind} "{name}" is invalid: {summary}', details)


def unconditional_update(resource: Resource, name: str) -> ApiError:
    """422: a PUT without `metadata.resourceVersion`, for a kind that insists on it; here named by its plural."""
    error = invalid_value("metadata.resourceVersion", "0", "must be specified for an update")
    cause = {"reason": error.reason, "message": error.message, "field": error.field}
    message = f'{resource.qualified_plural} "{name}" is invalid: {error.field}: {error.message}'
    return ApiError(422, "Invalid", message, _details(resource, name) | {"causes": [cause]})


def bad_request(message: str) -> ApiError:
    """400: the request cannot be understood."""
    return ApiError(400, "BadRequest", message)


def forbidden(resource: Resource, name: str, why: str) -> ApiError:
    """403: the server understands and will not."""
    message = f'{resource.qualified_plural} "{name}" is forbidden: {why}'
    return ApiError(403, "Forbidden", message, _details(resource, name))


def method_not_allowed() -> ApiError:
    """405: the path exists, the method does not."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message)


def expired(message: str) -> ApiError:
    """410: the history asked for has been forgotten."""
    return ApiError(410, "Expired", message)


def too_large_version(version: int, current: int) -> ApiError:
    """504: a version that does not exist yet."""
    message = f"Timeout: Too large resource version: {version}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def unsupported_media_type(accepted: tuple[str, ...]) -> ApiError:
    """415: the body's content type is not one of those accepted."""
    message = "the body of the request was in an unknown format - accepted media types include: " + ", ".join(accepted)
    return ApiError(415, "UnsupportedMediaType", message)


def too_many_requests(message: str, causes: list[KubeObject]) -> ApiError:
    """429: not now."""
    return ApiError(429, "TooManyRequests", message, {"causes": causes})
