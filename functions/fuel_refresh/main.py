"""fuel-refresh: hears `fuel.refresh`, fetches the prices in force, answers `fuel.refreshed`."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.fuel.feed import MinistryFeed
from ahorrater.adapters.fuel.refresh import Refresher
from ahorrater.adapters.fuel.settings import FeedSettings
from ahorrater.adapters.functions import Function
from ahorrater.adapters.observers.fuel import FuelObserver
from ahorrater.contracts.events import FuelRefresh
from ahorrater.services.fuel.load import LoadFuel

settings = FeedSettings()
service = LoadFuel(SqlFuelStore(Database(DatabaseSettings().url)), settings.policy(), utc_now)
refresher = Refresher(service, (lambda: MinistryFeed(settings)) if settings.feed_url else None)
function = Function("fuel-refresh", {FuelRefresh.TYPE: refresher.hear}, observers=[FuelObserver()])


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
