"""retention: hears `retention.due`, turns readings into minute and hour means, and deletes what is old."""

import time

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.records import SqlRecords
from ahorrater.adapters.database.rollups import SqlRollups
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Event, Function
from ahorrater.adapters.observers.retention import RetentionObserver
from ahorrater.adapters.retention import RetentionSettings
from ahorrater.contracts.events import RetentionDue
from ahorrater.services.retention import Retain

settings = RetentionSettings()
database = Database(DatabaseSettings().url)
rollups, records = SqlRollups(database, settings.batch), SqlRecords(database, settings.batch)
service = Retain(rollups, records, settings.policy(), utc_now, time.monotonic, time.sleep)
observer = RetentionObserver()


def hear_due(_: Event) -> None:
    """As much as fits into one run; the next goes on."""
    observer.ran(service.run())


function = Function("retention", {RetentionDue.TYPE: hear_due}, observers=[observer])


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
