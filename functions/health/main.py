"""health: hears `health.due`, judges the panels whose turn it is, and gives new parks a sky to begin with."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clear_sky import PvlibSky
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.health import SqlPanelBook
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Event, Function
from ahorrater.adapters.places import PlacesSettings
from ahorrater.contracts.events import HealthDue
from ahorrater.services.health import CheckPanels

url = DatabaseSettings().url
skies = SqlReadingStore(Database(url))
service = CheckPanels(SqlPanelBook(url), skies, PvlibSky(), PlacesSettings().places(), utc_now)


def hear_due(_: Event) -> None:
    """A new park first: it waits for its sky."""
    service.seed()
    service.check()


function = Function("health", {HealthDue.TYPE: hear_due})


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
