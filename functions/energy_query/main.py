"""energy-query: what the parks give and gave, what was decided and why, and what could not be taken."""

import re
from datetime import datetime, timedelta
from typing import Annotated

import functions_framework.aio
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.accounting import AccountingSettings
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.energy import EnergyQuerySettings
from ahorrater.adapters.functions import Function, Operation, Params
from ahorrater.adapters.observers.energy import EnergyObserver
from ahorrater.adapters.policy import PolicySettings
from ahorrater.contracts.answers import (
    DayEnergy,
    DeadLetter,
    DecisionEntry,
    History,
    MoveEntry,
    PanelMeans,
    PanelNow,
    ParkNow,
)
from ahorrater.contracts.base import NodeName, UtcDatetime
from ahorrater.services.accounting import Accounting, AccountingBook
from ahorrater.services.energy import EnergyAnswers, Queries

# In a query a plus sign means a space, and people write `+02:00` as it is.
Moment = Annotated[UtcDatetime, BeforeValidator(lambda text: re.sub(r" (?=\d\d:\d\d$)", "+", str(text)))]
Limit = Annotated[int, Field(ge=1, le=500)]
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ParkParams(Params):
    """One park, or all of them."""

    node: NodeName | None = None


class HistoryParams(Params):
    """Which park, from when to when, in intervals of how long."""

    node: NodeName
    since: Moment | None = None
    until: Moment | None = None
    step_s: Annotated[int, Field(ge=1, le=86_400)] = 10


class HistoriesParams(Params):
    """From when to when, in intervals of how long."""

    since: Moment | None = None
    until: Moment | None = None
    step_s: Annotated[int, Field(ge=1, le=86_400)] = 10


class SpanParams(Params):
    """From when to when."""

    since: Moment | None = None
    until: Moment | None = None


class MoveParams(SpanParams):
    """From when to when, and at most how many."""

    limit: Limit = 50


class PageParams(Params):
    """How many, and before which row."""

    limit: Limit = 50
    before: RowId | None = None


class DecisionParams(PageParams):
    """A page of decisions: all, those that moved, or those that did not."""

    moved: bool | None = None


def open_queries() -> Queries:
    """SQLModel is imported at the first question: it would double the cold start."""
    from ahorrater.adapters.database.queries import EnergyQueries

    return EnergyQueries(database.url, stale_after)


def open_book() -> AccountingBook:
    """As heavy as the queries."""
    from ahorrater.adapters.database.accounting import AccountingQueries

    return AccountingQueries(database.url)


def get_values(params: ParkParams) -> list[PanelNow]:
    """The latest reading of every park."""
    return answers.values(params.node)


def get_means(params: ParkParams) -> list[PanelMeans]:
    """The means of the last readings of every park."""
    return answers.means(params.node)


def get_history(params: HistoryParams) -> History:
    """The readings of one park over time."""
    return answers.history(params.node, params.since, params.until, params.step_s)


def get_histories(params: HistoriesParams) -> list[History]:
    """The readings of every park over time, in one answer."""
    return answers.histories(params.since, params.until, params.step_s)


def get_parks(_: Params) -> list[ParkNow]:
    """Every park now: its state, its power, what is expected of it."""
    return answers.parks()


def get_decisions(params: DecisionParams) -> list[DecisionEntry]:
    """The decisions ledger, newest first."""
    return answers.decisions(params.limit, params.before, moved=params.moved)


def get_moves(params: MoveParams) -> list[MoveEntry]:
    """The moves ledger, newest first: what relabel did, because of a decision or by hand."""
    return answers.moves(params.since, params.until, params.limit)


def get_accounting(params: SpanParams) -> list[DayEnergy]:
    """What following the sun brought, day by day."""
    return accounting.days(params.since, params.until)


def get_dead_letters(params: PageParams) -> list[DeadLetter]:
    """What could not be taken, newest first."""
    return answers.dead_letters(params.limit, params.before)


def last_given() -> datetime:
    """When an answer that is made now is given for the last time: no reading is said to be fresher than it then is."""
    return utc_now() + timedelta(seconds=settings.energy_query_ttl_s)


settings, database = EnergyQuerySettings(), DatabaseSettings()
stale_after = timedelta(seconds=PolicySettings().stale_after_s)
answers = EnergyAnswers(open_queries, stale_after, last_given)
books = AccountingSettings()
accounting = Accounting(open_book, books.tariff(), utc_now, books.interval)
function = Function(
    "energy-query",
    operations=[
        Operation.get("/rest/metrics/getValuesPlacas", get_values, list[PanelNow], ParkParams),
        Operation.get("/rest/metrics/media/getMediaValuesPlacas", get_means, list[PanelMeans], ParkParams),
        Operation.get("/rest/metrics/parks", get_parks, list[ParkNow], Params),
        Operation.get("/rest/metrics/history", get_history, History, HistoryParams),
        Operation.get("/rest/metrics/histories", get_histories, list[History], HistoriesParams),
        Operation.get("/rest/metrics/decisions", get_decisions, list[DecisionEntry], DecisionParams),
        Operation.get("/rest/metrics/moves", get_moves, list[MoveEntry], MoveParams),
        Operation.get("/rest/metrics/accounting", get_accounting, list[DayEnergy], SpanParams),
        Operation.get("/rest/metrics/deadLetters", get_dead_letters, list[DeadLetter], PageParams),
    ],
    threads=8,
    observers=[EnergyObserver(accounting.days, utc_now)],
    keep_s=settings.energy_query_ttl_s,
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
