"""The paths under /simulation/: what tests do to the cluster that no client of a real one could."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from infra.local.kubesim.accesses import Accesses
from infra.local.kubesim.errors import bad_request, path_not_found
from infra.local.kubesim.faults import Fault, Faults
from infra.local.kubesim.http.formats import decode_object, json_response
from infra.local.kubesim.http.watches import Watches
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.simulation import Simulation


class Admin:
    """POST nodes/NAME, POST and DELETE faults, POST watches/close, POST history/forget, GET accesses."""

    def __init__(self, simulation: Simulation, faults: Faults, watches: Watches, accesses: Accesses) -> None:
        self._simulation = simulation
        self._faults = faults
        self._watches = watches
        self._accesses = accesses
        self._actions: dict[tuple[str, str], Callable[[KubeObject], KubeObject]] = {
            ("POST", "faults"): self._order_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "watches/close"): self._close_watches,
            ("POST", "history/forget"): self._forget_history,
            ("GET", "accesses"): self._show_accesses,
        }

    async def answer(self, request: Request) -> Response:
        """Does what the path and the body ask for. Raises 400 or 404."""
        path = request.url.path.removeprefix("/simulation/").strip("/")
        body = decode_object(await request.body(), "application/json")
        kind, _, name = path.partition("/")
        if request.method == "POST" and kind == "nodes" and name:
            return json_response(self._set_node(name, body))
        action = self._actions.get((request.method, path))
        if action is None:
            raise path_not_found()
        return json_response(action(body))

    def _set_node(self, name: str, body: KubeObject) -> KubeObject:
        if not isinstance(body.get("ready"), bool):
            raise bad_request('a node is set with {"ready": true} or {"ready": false}')
        return self._simulation.set_node_ready(name, ready=body["ready"])

    def _order_fault(self, body: KubeObject) -> KubeObject:
        self._faults.order(Fault.parse(body))
        return {"ordered": True}

    def _clear_faults(self, _: KubeObject) -> KubeObject:
        self._faults.clear()
        return {"cleared": True}

    def _close_watches(self, _: KubeObject) -> KubeObject:
        return {"closed": self._watches.close()}

    def _forget_history(self, _: KubeObject) -> KubeObject:
        self._simulation.store.forget_history()
        return {"version": self._simulation.store.version}

    def _show_accesses(self, _: KubeObject) -> KubeObject:
        return {"accesses": self._accesses.shown()}
