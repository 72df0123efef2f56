"""choose-node: hears readings, ticks and what relabel says of its choices; answers `node.chosen` or `node.held`."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.accounting import AccountingSettings
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.ledger import SqlLedgerStore
from ahorrater.adapters.database.moves import SqlMoveBook
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Emit, Event, Function, data_of
from ahorrater.adapters.observers.decisions import DecisionObserver
from ahorrater.adapters.policy import PolicySettings
from ahorrater.contracts.events import (
    ChoiceOutdated,
    ClockTick,
    MoveFailed,
    NodeRelabelled,
    ReadingStored,
    RelabelMode,
)
from ahorrater.services.choose import ChooseNode, Recorded, announcement
from ahorrater.services.ledger import Ledger
from ahorrater.services.moves import MovesLedger

settings = PolicySettings()
database = Database(DatabaseSettings().url)
service = ChooseNode(SqlChoiceStore(database), settings.policy(), settings.patience(), utc_now, settings.spread())
ledger = Ledger(SqlLedgerStore(database), AccountingSettings().tariff(), utc_now)
moves = MovesLedger(SqlMoveBook(database), utc_now)


def hear_stored(event: Event) -> Emit | None:
    """Decides, if anything was stored."""
    return _announce(service.on_readings(event.identity)) if data_of(event, ReadingStored).stored else None


def hear_tick(event: Event) -> Emit | None:
    """Writes what a move brought; decides, and repeats the standing decision for whoever missed it."""
    ledger.settle()
    return _announce(service.on_tick(event.identity))


def hear_failure(event: Event) -> Emit | None:
    """Writes it down, and takes the failed move back."""
    failed = data_of(event, MoveFailed)
    moves.on_failed(failed, event.identity)
    return _announce(service.on_move_failed(failed, event.identity))


def hear_outdated(event: Event) -> Emit | None:
    """Numbers the standing choice anew, if it is the one."""
    outdated = data_of(event, ChoiceOutdated)
    return _announce(service.on_outdated(outdated.epoch, outdated.newest, event.identity))


def hear_relabelled(event: Event) -> None:
    """Writes it down, and stops repeating what is done."""
    relabelled = data_of(event, NodeRelabelled)
    moves.on_relabelled(relabelled, event.identity)
    applied = relabelled.mode is RelabelMode.APPLY
    service.on_relabelled(relabelled.epoch, relabelled.node, applied=applied)


def _announce(recorded: Recorded | None) -> Emit | None:
    told = announcement(recorded.decision) if recorded else None
    return Emit(told, id=f"decision-{recorded.id}") if recorded and told else None


function = Function(
    "choose-node",
    {
        ReadingStored.TYPE: hear_stored,
        ClockTick.TYPE: hear_tick,
        NodeRelabelled.TYPE: hear_relabelled,
        MoveFailed.TYPE: hear_failure,
        ChoiceOutdated.TYPE: hear_outdated,
    },
    observers=[DecisionObserver()],
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
