"""relabel's door: decisions and ticks, and the paths for people."""

from collections.abc import Callable, Mapping
from typing import Any

from ahorrater.adapters.functions import Emit, Event, Operation, Params, data_of
from ahorrater.adapters.functions.operations import summary_of
from ahorrater.contracts.base import Epoch, NodeName
from ahorrater.contracts.control import Control
from ahorrater.contracts.events import ClockTick, NodeChosen, RelabelMode
from ahorrater.services.relabel.control import RelabelControl
from ahorrater.services.relabel.decisions import Relabel
from ahorrater.services.relabel.manual import ManualChange, ManualRelabel
from ahorrater.services.relabel.ports import Reply


class NodeParams(Params):
    """The node that people name."""

    nodo: NodeName


class ModeParams(Params):
    """Whether decisions are acted on."""

    mode: RelabelMode


class EpochParams(Params):
    """The decision that people judge."""

    epoch: Epoch


def hearings(relabel: Relabel) -> Mapping[str, Callable[[Event], Emit | None]]:
    """Who hears which event."""
    return {
        NodeChosen.TYPE: lambda event: _emit(relabel.chosen(data_of(event, NodeChosen), event.identity)),
        ClockTick.TYPE: lambda event: _emit(relabel.tick(event.identity)),
    }


def operations(manual: ManualRelabel, control: RelabelControl) -> list[Operation]:
    """The paths for people."""
    return [*_manual(manual), *_steering(control)]


def _manual(manual: ManualRelabel) -> list[Operation]:
    def update_pods_sun(params: NodeParams) -> ManualChange:
        """Labels the node, takes the label from the others and moves the workloads there."""
        return manual.update_pods_sun(params.nodo)

    def label_node(params: NodeParams) -> ManualChange:
        """Labels the node and takes the label from the others; moves nothing."""
        return manual.label_node(params.nodo)

    def unlabel_nodes(_: Params) -> ManualChange:
        """Takes the label from all nodes; the next tick or decision labels one again."""
        return manual.unlabel_nodes()

    problems = (404, 422, 503)
    return [
        _post("/rest/updatePodsSun/{nodo}", update_pods_sun, ManualChange, problems, NodeParams),
        _post("/rest/labelNode/{nodo}", label_node, ManualChange, problems, NodeParams),
        _post("/rest/unlabelNodes", unlabel_nodes, ManualChange, (503,)),
    ]


def _steering(control: RelabelControl) -> list[Operation]:
    def get_control(_: Params) -> Control:
        """How relabel is steered, and the decision that waits for people's word."""
        return control.show()

    def pause(_: Params) -> Control:
        """From now on no decision is acted on; a move under way is brought to its end."""
        return control.pause()

    def resume(_: Params) -> Control:
        """Decisions are acted on again, the latest one at the next tick."""
        return control.resume()

    def set_mode(params: ModeParams) -> Control:
        """Decisions are acted on (apply), or each waits for people's word (recommend-only)."""
        return control.set_mode(params.mode)

    def approve(params: EpochParams) -> Control:
        """The decision that waits is acted on at the next tick."""
        return control.approve(params.epoch)

    def veto(params: EpochParams) -> Control:
        """The decision that waits is not acted on."""
        return control.veto(params.epoch)

    return [
        Operation.get("/rest/control", get_control, Control),
        _post("/rest/control/pause", pause, Control, (503,)),
        _post("/rest/control/resume", resume, Control, (503,)),
        _post("/rest/control/mode/{mode}", set_mode, Control, (503,), ModeParams),
        _post("/rest/control/approve/{epoch}", approve, Control, (404, 422, 503), EpochParams),
        _post("/rest/control/veto/{epoch}", veto, Control, (404, 422, 503), EpochParams),
    ]


def _post(
    path: str,
    handler: Callable[..., object],
    answer: Any,
    problems: tuple[int, ...],
    params: type[Params] = Params,
) -> Operation:
    return Operation("POST", path, summary_of(handler), handler, answer, params, problems=problems, guarded=True)


def _emit(reply: Reply | None) -> Emit | None:
    return None if reply is None else Emit(reply.data, reply.id)
