"""fuel-query: places, stations and prices over HTTP."""

import time
from datetime import timedelta

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.fuel.queries import FuelQueries, reads_of
from ahorrater.adapters.database.replay_lag import replay_lag_s
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.fuel.guarded_histories import GuardedHistories
from ahorrater.adapters.fuel.paths import hearings, operations
from ahorrater.adapters.fuel.ready_answers import ReadyAnswers
from ahorrater.adapters.fuel.settings import QuerySettings
from ahorrater.adapters.functions import Function
from ahorrater.adapters.observers.fuel import PricesObserver
from ahorrater.adapters.observers.replay import ReplayObserver
from ahorrater.services.fuel.edition import Edition
from ahorrater.services.fuel.query import FuelAnswers

settings, url = QuerySettings(), DatabaseSettings().url_for_reads
tolerance = timedelta(days=settings.missing_days)

# The catalog has a connection of its own: looking for a new version never waits for somebody's history.
edition = Edition(FuelQueries(reads_of(url), tolerance), settings.check_s, utc_now, time.monotonic)
histories = GuardedHistories(FuelQueries(reads_of(url), tolerance), edition)
answers = FuelAnswers(edition.catalog, histories, utc_now)
observed = reads_of(url)
observers = [PricesObserver(lambda: edition.as_of), ReplayObserver(lambda: replay_lag_s(observed))]
function = Function("fuel-query", hearings(edition), operations(answers), threads=4, observers=observers)
ready = ReadyAnswers(function, edition, settings.cache_bytes, settings.max_age_s, function.traffic.answered)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await ready(request)
