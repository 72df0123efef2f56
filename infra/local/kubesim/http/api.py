"""The API server: an ASGI application over a simulation."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from infra.local.kubesim.accesses import Access, Accesses
from infra.local.kubesim.errors import ApiError, bad_request, method_not_allowed, metrics_not_found, too_large_version
from infra.local.kubesim.faults import Faults
from infra.local.kubesim.http.admin import Admin
from infra.local.kubesim.http.discovery import discovery_document
from infra.local.kubesim.http.formats import Accepted, decode_object, error_response, json_response
from infra.local.kubesim.http.lists import page_of
from infra.local.kubesim.http.patches import apply_configuration, is_apply, patch_change
from infra.local.kubesim.http.paths import Target, parse_target
from infra.local.kubesim.http.scale import scale_of, with_scale
from infra.local.kubesim.http.watches import Watches, WatchRequest
from infra.local.kubesim.metrics import node_metrics, pod_metrics
from infra.local.kubesim.objects import KubeObject, name_of, namespace_of
from infra.local.kubesim.registry import DeleteOptions
from infra.local.kubesim.resources import NAMESPACES, NODE_METRICS, POD_METRICS, PODS, Resource
from infra.local.kubesim.selectors import parse_selectors
from infra.local.kubesim.shapes import check_object
from infra.local.kubesim.simulation import Simulation

_WATCH_TIMEOUT_S = 1800.0
_HEALTH_PATHS = ("/healthz", "/livez", "/readyz")
_TRUE = ("1", "true")
_VERBS = {
    "GET": ("get", "list"),
    "POST": ("create", "create"),
    "PUT": ("update", "update"),
    "PATCH": ("patch", "patch"),
    "DELETE": ("delete", "deletecollection"),
}
_ANSWERED_WITH_THE_OBJECT = (PODS, NAMESPACES)
"""Kinds whose deletion is answered with the object; others get a Status."""

Handler = Callable[[Request, Target], Awaitable[Response]]


class Api:
    """Answers requests as a Kubernetes API server does. Every refusal is a `Status`."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._registry = simulation.registry
        self._store = simulation.store
        self._faults = Faults()
        self.watches = Watches(simulation.store)
        self._accesses = Accesses()
        self._admin = Admin(simulation, self._faults, self.watches, self._accesses)
        self._handlers: dict[str, Handler] = {
            "GET": self._get,
            "POST": self._create,
            "PUT": self._update,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ApiError as error:
            response = error_response(error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith("/simulation/"):
            return await self._admin.answer(request)
        await self._meet_fault(request)
        if path in _HEALTH_PATHS:
            return PlainTextResponse("ok")
        document = discovery_document(path)
        if document is not None:
            return json_response(document)
        handler = self._handlers.get(request.method)
        if handler is None:
            raise method_not_allowed()
        target = parse_target(path)
        self._accesses.record(_access(request, target))
        return await handler(request, target)

    async def _meet_fault(self, request: Request) -> None:
        fault = self._faults.next_for(request.method, request.url.path)
        if fault is None:
            return
        await asyncio.sleep(fault.delay_s)
        error = fault.error()
        if error:
            raise error

    def _now(self) -> datetime:
        return self._simulation.timers.now()

    async def _get(self, request: Request, target: Target) -> Response:
        accepted = _accepted(request)
        if target.subresource == "eviction":
            raise method_not_allowed()
        if target.resource in (NODE_METRICS, POD_METRICS):
            return self._metrics(request, target, accepted)
        if request.query_params.get("watch") in _TRUE:
            return self._watch(request, target, accepted)
        if not target.name:
            return self._list(request, target, accepted)
        found = self._registry.get(target.resource, target.namespace, target.name)
        if target.subresource == "scale":
            return json_response(scale_of(found))
        return json_response(accepted.one(target.resource, found, self._now()))

    def _list(self, request: Request, target: Target, accepted: Accepted) -> Response:
        query = request.query_params
        accepts = parse_selectors(query.get("labelSelector", ""), query.get("fieldSelector", ""), target.resource)
        version = _integer(query, "resourceVersion")
        if version > self._store.version:
            raise too_large_version(version, self._store.version)
        objects = [obj for obj in self._store.objects(target.resource, target.namespace) if accepts(obj)]
        page = page_of(objects, self._store.version, _integer(query, "limit"), query.get("continue", ""))
        return json_response(accepted.many(target.resource, page.objects, page.metadata, self._now()))

    def _metrics(self, request: Request, target: Target, accepted: Accepted) -> Response:
        now, query = self._now(), request.query_params
        if target.resource is NODE_METRICS:
            found = node_metrics(self._store, now)
        else:
            found = pod_metrics(self._store, target.namespace, now)
        if target.name:
            named = next((item for item in found if name_of(item) == target.name), None)
            if named is None:
                raise metrics_not_found(target.resource, target.name)
            return json_response(accepted.one(target.resource, named, now))
        accepts = parse_selectors(query.get("labelSelector", ""), query.get("fieldSelector", ""), target.resource)
        items = [item for item in found if accepts(item)]
        return json_response(accepted.many(target.resource, items, {}, now))

    def _watch(self, request: Request, target: Target, accepted: Accepted) -> Response:
        query = request.query_params
        sends_initial = query.get("sendInitialEvents") in _TRUE
        version = _integer(query, "resourceVersion")
        watch = WatchRequest(
            target=target,
            accepts=parse_selectors(query.get("labelSelector", ""), query.get("fieldSelector", ""), target.resource),
            present=lambda obj: accepted.one(target.resource, obj, self._now()),
            version=None if sends_initial or not version else version,
            timeout_s=float(_integer(query, "timeoutSeconds") or _WATCH_TIMEOUT_S),
            wants_bookmarks=query.get("allowWatchBookmarks") in _TRUE,
            marks_initial_end=sends_initial,
        )
        return StreamingResponse(self.watches.stream(watch), media_type="application/json")

    async def _create(self, request: Request, target: Target) -> Response:
        body = decode_object(await request.body(), request.headers.get("content-type", ""))
        if target.subresource == "eviction":
            return self._evict(target, body)
        _require_verb(target.resource, "create")
        if target.name:
            raise method_not_allowed()
        return self._create_object(request, target, body)

    def _create_object(self, request: Request, target: Target, obj: KubeObject) -> Response:
        _check_kind(target.resource, obj)
        check_object(target.resource, obj)
        created = self._registry.create(target.resource, target.namespace, obj, dry_run=_is_dry_run(request))
        return json_response(_accepted(request).one(target.resource, created, self._now()), 201)

    def _evict(self, target: Target, eviction: KubeObject) -> Response:
        if (eviction.get("metadata") or {}).get("name", target.name) != target.name:
            raise bad_request("name in URL does not match name in Eviction object")
        options = DeleteOptions.parse(eviction.get("deleteOptions") or {})
        self._simulation.budgets.evict(target.namespace, target.name, options)
        success = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
        return json_response(success, 201)

    async def _update(self, request: Request, target: Target) -> Response:
        _require_verb(target.resource, "update")
        _require_name(target)
        body = decode_object(await request.body(), request.headers.get("content-type", ""))
        if target.subresource == "scale":
            return self._modify(request, target, lambda current: with_scale(current, body))
        _check_kind(target.resource, body)
        check_object(target.resource, body)
        if target.resource.create_on_update and not self._store.get(target.resource, target.namespace, target.name):
            return self._create_object(request, target, body)
        return self._modify(request, target, lambda _: body)

    async def _patch(self, request: Request, target: Target) -> Response:
        _require_verb(target.resource, "patch")
        _require_name(target)
        body, content_type = await request.body(), request.headers.get("content-type", "")
        if is_apply(content_type):
            configuration = apply_configuration(body, request.query_params.get("fieldManager", ""))
            if not self._store.get(target.resource, target.namespace, target.name):
                return self._create_object(request, target, configuration)
        change = patch_change(target.resource, content_type, body)
        if target.subresource == "scale":
            return self._modify(request, target, lambda current: with_scale(current, change(scale_of(current))))
        return self._modify(request, target, change)

    def _modify(self, request: Request, target: Target, change: Callable[[KubeObject], KubeObject]) -> Response:
        stored = self._registry.modify(
            target.resource,
            target.namespace,
            target.name,
            change,
            subresource=target.subresource,
            dry_run=_is_dry_run(request),
        )
        if target.subresource == "scale":
            return json_response(scale_of(stored))
        return json_response(_accepted(request).one(target.resource, stored, self._now()))

    async def _delete(self, request: Request, target: Target) -> Response:
        if target.subresource:
            raise method_not_allowed()
        options = await self._delete_options(request)
        if not target.name:
            _require_verb(target.resource, "deletecollection")
            return self._delete_collection(request, target, options)
        _require_verb(target.resource, "delete")
        last, gone = self._registry.delete(target.resource, target.namespace, target.name, options)
        if target.resource in _ANSWERED_WITH_THE_OBJECT or not gone:
            return json_response(_accepted(request).one(target.resource, last, self._now()))
        return json_response(_deleted(target.resource, last))

    async def _delete_options(self, request: Request) -> DeleteOptions:
        body = decode_object(await request.body(), request.headers.get("content-type", ""))
        query = request.query_params
        in_query: KubeObject = {"propagationPolicy": query.get("propagationPolicy"), "dryRun": query.get("dryRun")}
        if "gracePeriodSeconds" in query:
            in_query["gracePeriodSeconds"] = _integer(query, "gracePeriodSeconds")
        return DeleteOptions.parse({key: value for key, value in in_query.items() if value is not None} | body)

    def _delete_collection(self, request: Request, target: Target, options: DeleteOptions) -> Response:
        query = request.query_params
        accepts = parse_selectors(query.get("labelSelector", ""), query.get("fieldSelector", ""), target.resource)
        chosen = [obj for obj in self._store.objects(target.resource, target.namespace) if accepts(obj)]
        deleted = [
            self._registry.delete(target.resource, namespace_of(obj), name_of(obj), options)[0] for obj in chosen
        ]
        metadata = {"resourceVersion": str(self._store.version)}
        return json_response(Accepted().many(target.resource, deleted, metadata, self._now()))


def _access(request: Request, target: Target) -> Access:
    resource = "/".join(filter(None, (target.resource.plural, target.subresource)))
    user = request.headers.get("authorization", "").removeprefix("Bearer ")
    return Access(user, _verb_of(request, target), target.resource.group, resource, target.namespace, target.name)


def _verb_of(request: Request, target: Target) -> str:
    """The verb that RBAC judges."""
    if request.method == "GET" and request.query_params.get("watch") in _TRUE:
        return "watch"
    named, unnamed = _VERBS[request.method]
    return named if target.name else unnamed


def _accepted(request: Request) -> Accepted:
    return Accepted.parse(request.headers.get("accept", ""), request.query_params.get("includeObject", ""))


def _integer(query: QueryParams, name: str) -> int:
    text = query.get(name) or "0"
    if not text.isdecimal():
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def _is_dry_run(request: Request) -> bool:
    return request.query_params.get("dryRun") == "All"


def _require_verb(resource: Resource, verb: str) -> None:
    if not resource.serves(verb):
        raise method_not_allowed()


def _require_name(target: Target) -> None:
    if not target.name:
        raise method_not_allowed()


def _check_kind(resource: Resource, body: KubeObject) -> None:
    api_version, kind = body.get("apiVersion", resource.api_version), body.get("kind", resource.kind)
    if (api_version, kind) != (resource.api_version, resource.kind):
        raise bad_request(
            f'{kind} in version "{api_version}" cannot be handled as a {resource.kind}: '
            f"converting ({kind}) to ({resource.kind}): unknown conversion"
        )


def _deleted(resource: Resource, last: KubeObject) -> KubeObject:
    group = {"group": resource.group} if resource.group else {}
    details = {"name": name_of(last), **group, "kind": resource.plural, "uid": last["metadata"]["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
