"""The verbs of the API: create, get, list, update, patch, delete, with the server's checks around every write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from infra.local.kubesim.defaults import fill_defaults
from infra.local.kubesim.errors import (
    ApiError,
    FieldError,
    already_exists,
    bad_request,
    conflict,
    forbidden,
    invalid,
    not_found,
    required,
    stale,
    unconditional_update,
)
from infra.local.kubesim.identifiers import Identifiers
from infra.local.kubesim.objects import KubeObject, copied, is_terminating, name_of, namespace_of, time_text
from infra.local.kubesim.resources import NAMESPACES, NODES, PODS, Resource
from infra.local.kubesim.store import Store
from infra.local.kubesim.timers import Timers
from infra.local.kubesim.validation import validate, validate_update

_SERVER_FIELDS = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds")


@dataclass(frozen=True)
class DeleteOptions:
    """What a delete may ask for: `metav1.DeleteOptions`, the fields that mean something here."""

    grace_period_s: int | None = None
    uid: str | None = None
    resource_version: str | None = None
    propagation: str = "Background"
    dry_run: bool = False

    @classmethod
    def parse(cls, body: KubeObject) -> "DeleteOptions":
        """Reads a request's body."""
        preconditions = body.get("preconditions") or {}
        return cls(
            grace_period_s=body.get("gracePeriodSeconds"),
            uid=preconditions.get("uid"),
            resource_version=preconditions.get("resourceVersion"),
            propagation=body.get("propagationPolicy") or "Background",
            dry_run=bool(body.get("dryRun")),
        )


class Registry:
    """Reads and checked writes. Every refusal is an `ApiError`."""

    def __init__(self, store: Store, timers: Timers, identifiers: Identifiers) -> None:
        self.store = store
        self._timers = timers
        self._identifiers = identifiers

    def get(self, resource: Resource, namespace: str, name: str) -> KubeObject:
        """One object, or 404."""
        found = self.store.get(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def create(self, resource: Resource, namespace: str, obj: KubeObject, *, dry_run: bool = False) -> KubeObject:
        """Stores a new object; answers it as stored."""
        created = self._prepared(resource, namespace, obj)
        self._check_namespace(resource, namespace, name_of(created))
        if self.store.get(resource, namespace, name_of(created)):
            raise already_exists(resource, name_of(created))
        fill_defaults(resource, created)
        _raise_if(resource, name_of(created), validate(resource, created))
        return created if dry_run else self.store.insert(resource, created)

    def modify(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        change: Callable[[KubeObject], KubeObject],
        *,
        subresource: str = "",
        dry_run: bool = False,
    ) -> KubeObject:
        """Replaces an object by `change(copy of it)`, checked as PUT and PATCH are; answers it as stored."""
        current = self.get(resource, namespace, name)
        candidate = change(copied(current))
        self._check_identity(resource, current, candidate)
        update = _status_update if subresource == "status" else _main_update
        updated = update(resource, current, candidate)
        fill_defaults(resource, updated)
        _raise_if(resource, name, [*validate_update(resource, updated, current), *validate(resource, updated)])
        if updated == current or dry_run:
            return updated
        return self._replace(resource, current, updated)

    def update_status(self, resource: Resource, obj: KubeObject, status: KubeObject) -> KubeObject:
        """Gives an object a new status (a controller's write)."""
        return self.modify(
            resource, namespace_of(obj), name_of(obj), lambda now: now | {"status": status}, subresource="status"
        )

    def delete(self, resource: Resource, namespace: str, name: str, options: DeleteOptions) -> tuple[KubeObject, bool]:
        """Starts or completes a deletion. Answers the object's last state and whether it is gone."""
        current = self.get(resource, namespace, name)
        _check_preconditions(resource, current, options)
        grace_s = _grace_period_s(resource, current, options)
        if options.dry_run:
            return current, True
        if grace_s == 0 and not _held(resource, current):
            return self.store.remove(resource, current), True
        return self._marked_for_deletion(resource, current, grace_s), False

    def remove(self, resource: Resource, obj: KubeObject) -> None:
        """Takes away an object whose deletion is complete."""
        self.store.remove(resource, obj)

    def _prepared(self, resource: Resource, namespace: str, obj: KubeObject) -> KubeObject:
        created: KubeObject = copied(obj)
        created["apiVersion"], created["kind"] = resource.api_version, resource.kind
        metadata = created["metadata"] = dict(created.get("metadata") or {})
        if metadata.get("resourceVersion"):
            raise ApiError(500, "", "resourceVersion should not be set on objects to be created")
        if not metadata.get("name"):
            metadata["name"] = self._generated_name(resource, metadata)
        if resource.namespaced:
            _check_same_namespace(metadata, namespace)
            metadata["namespace"] = namespace
        for field in _SERVER_FIELDS:
            metadata.pop(field, None)
        metadata |= {"uid": self._identifiers.uid(), "creationTimestamp": time_text(self._timers.now())}
        if resource.has_generation:
            metadata["generation"] = 1
        if resource.has_status and resource not in (NODES, NAMESPACES):
            created.pop("status", None)
        return created

    def _generated_name(self, resource: Resource, metadata: KubeObject) -> str:
        prefix = metadata.get("generateName")
        if not prefix:
            raise invalid(resource, "", [required("metadata.name", "name or generateName is required")])
        return f"{prefix}{self._identifiers.suffix()}"

    def _check_namespace(self, resource: Resource, namespace: str, name: str) -> None:
        if not resource.namespaced:
            return
        home = self.get(NAMESPACES, "", namespace)
        if is_terminating(home):
            why = f"unable to create new content in namespace {namespace} because it is being terminated"
            error = forbidden(resource, name, why)
            cause = {
                "reason": "NamespaceTerminating",
                "message": f"namespace {namespace} is being terminated",
                "field": "metadata.namespace",
            }
            raise ApiError(403, "Forbidden", error.message, error.details | {"causes": [cause]})

    def _check_identity(self, resource: Resource, current: KubeObject, candidate: KubeObject) -> None:
        name, metadata = name_of(current), candidate.get("metadata") or {}
        if not metadata.get("name"):
            raise bad_request(f"the name of the object ({name} based on URL) was undeterminable: name must be provided")
        if metadata["name"] != name:
            raise bad_request(
                f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})"
            )
        if resource.namespaced:
            _check_same_namespace(metadata, namespace_of(current))
        version = metadata.get("resourceVersion")
        if not version and not resource.unconditional_update:
            raise unconditional_update(resource, name)
        uid = metadata.get("uid")
        if uid and uid != current["metadata"]["uid"]:
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {current['metadata']['uid']}"
            raise conflict(resource, name, why)
        if version and not version.isdecimal():
            raise ApiError(500, "", f'strconv.ParseUint: parsing "{version}": invalid syntax')
        if version and version != current["metadata"]["resourceVersion"]:
            raise stale(resource, name)

    def _replace(self, resource: Resource, current: KubeObject, updated: KubeObject) -> KubeObject:
        """Stores a new state; where it was only a finalizer that held a deleted object, the object goes."""
        if resource.has_generation and updated.get("spec") != current.get("spec"):
            updated["metadata"]["generation"] = current["metadata"].get("generation", 1) + 1
        stored = self.store.replace(resource, updated)
        if is_terminating(stored) and not _held(resource, stored) and resource is not PODS:
            return self.store.remove(resource, stored)
        return stored

    def _marked_for_deletion(self, resource: Resource, current: KubeObject, grace_s: int) -> KubeObject:
        marked: KubeObject = copied(current)
        metadata = marked["metadata"]
        if is_terminating(marked) and metadata.get("deletionGracePeriodSeconds", 0) <= grace_s:
            return current
        deadline = self._timers.now() + timedelta(seconds=grace_s)
        metadata |= {"deletionTimestamp": time_text(deadline), "deletionGracePeriodSeconds": grace_s}
        if resource.has_generation:
            metadata["generation"] = metadata.get("generation", 1) + 1
        if resource is NAMESPACES:
            marked["status"]["phase"] = "Terminating"
        return self.store.replace(resource, marked)


def _raise_if(resource: Resource, name: str, errors: list[FieldError]) -> None:
    if errors:
        raise invalid(resource, name, errors)


def _check_same_namespace(metadata: KubeObject, namespace: str) -> None:
    if metadata.get("namespace") not in (None, "", namespace):
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")


def _server_fields(candidate: KubeObject, current: KubeObject) -> KubeObject:
    kept = {key: current["metadata"][key] for key in (*_SERVER_FIELDS, "resourceVersion") if key in current["metadata"]}
    own = {key: value for key, value in candidate["metadata"].items() if key not in _SERVER_FIELDS}
    own = {key: value for key, value in own.items() if value or key not in ("labels", "annotations", "finalizers")}
    return own | {"namespace": namespace_of(current)} | kept if namespace_of(current) else own | kept


def _main_update(resource: Resource, current: KubeObject, candidate: KubeObject) -> KubeObject:
    updated = candidate | {"apiVersion": current["apiVersion"], "kind": current["kind"]}
    updated["metadata"] = _server_fields(candidate, current)
    if resource.has_status:
        updated.pop("status", None)
        if "status" in current:
            updated["status"] = current["status"]
    return updated


def _status_update(_: Resource, current: KubeObject, candidate: KubeObject) -> KubeObject:
    updated: KubeObject = copied(current)
    updated["status"] = candidate.get("status") or {}
    return updated


def _check_preconditions(resource: Resource, current: KubeObject, options: DeleteOptions) -> None:
    metadata = current["metadata"]
    if options.uid and options.uid != metadata["uid"]:
        raise conflict(
            resource,
            name_of(current),
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({metadata['uid']}). "
            "The object might have been deleted and then recreated",
        )
    if options.resource_version and options.resource_version != metadata["resourceVersion"]:
        raise conflict(
            resource,
            name_of(current),
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match the ResourceVersion "
            f"in record ({metadata['resourceVersion']}). The object might have been modified",
        )


def _grace_period_s(resource: Resource, current: KubeObject, options: DeleteOptions) -> int:
    if resource is not PODS or not current["spec"].get("nodeName"):
        return 0
    if current["status"].get("phase") in ("Succeeded", "Failed"):
        return 0
    if options.grace_period_s is not None:
        return options.grace_period_s
    return int(current["spec"]["terminationGracePeriodSeconds"])


def _held(resource: Resource, obj: KubeObject) -> bool:
    if obj["metadata"].get("finalizers"):
        return True
    return resource is NAMESPACES and bool((obj.get("spec") or {}).get("finalizers"))
