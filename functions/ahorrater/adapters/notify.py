"""notify's door: which event goes to which of the service's methods, and the paths for people."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ahorrater.adapters.functions import Event, Operation, Params, data_of
from ahorrater.contracts.base import Contract
from ahorrater.contracts.events import (
    DigestDue,
    EventData,
    MoveFailed,
    NodeChosen,
    NodeHeld,
    NodeRelabelled,
    ParkStatus,
)
from ahorrater.contracts.exports import DataExport, Delivered, TextMessage
from ahorrater.services.notify.digest import DailyDigest
from ahorrater.services.notify.manual import ManualSender
from ahorrater.services.notify.news import Notifier

D = TypeVar("D", bound=EventData)
Hearing = Callable[[Event], None]


def hearings(notifier: Notifier, digest: DailyDigest) -> Mapping[str, Hearing]:
    """Who hears which event."""
    return {
        DigestDue.TYPE: _hearing(DigestDue, lambda _: digest.hear_due()),
        NodeChosen.TYPE: _hearing(NodeChosen, notifier.hear_choice),
        NodeHeld.TYPE: _hearing(NodeHeld, notifier.hear_held),
        NodeRelabelled.TYPE: _hearing(NodeRelabelled, notifier.hear_relabelled),
        MoveFailed.TYPE: _hearing(MoveFailed, notifier.hear_failure),
        ParkStatus.TYPE: _hearing(ParkStatus, notifier.hear_park),
    }


def operations(sender: ManualSender) -> list[Operation]:
    """The paths for people."""

    def send_message(_: Params, message: TextMessage) -> Delivered:
        return sender.send_message(message)

    def export_data(_: Params, export: DataExport) -> Delivered:
        return sender.export_data(export)

    text = "Sends a text to the chats, or to one of them"
    chart = "Draws the data as a chart and sends it to the chats, or to one of them"

    def post(path: str, summary: str, handler: Callable[..., Delivered], body: type[Contract]) -> Operation:
        problems = (422, 503)
        return Operation("POST", path, summary, handler, Delivered, body=body, problems=problems, guarded=True)

    return [
        post("/rest/sendMessage", text, send_message, TextMessage),
        post("/rest/exportData", chart, export_data, DataExport),
    ]


def _hearing(model: type[D], hear: Callable[[D], None]) -> Hearing:
    return lambda event: hear(data_of(event, model))
