"""ingest-reading: hears `reading.received` and `park.status`, answers `reading.stored`."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Emit, Event, Function, data_of
from ahorrater.adapters.ingest import IngestSettings, readings_of
from ahorrater.adapters.observers.readings import ReadingObserver
from ahorrater.contracts.events import ParkStatus, ReadingReceived
from ahorrater.services.ingest import IngestReadings

service = IngestReadings(SqlReadingStore(Database(DatabaseSettings().url)), IngestSettings().policy(), utc_now)
observer = ReadingObserver(utc_now)


def hear_readings(event: Event) -> Emit:
    """Stores what can be stored, and says what became of the rest."""
    readings, refusals = readings_of(event)
    stored = service.ingest(readings, refusals, event.id, event.source)
    observer.read(reading for _, reading in readings)
    return Emit(stored, id=f"stored-{event.id}")


def hear_status(event: Event) -> None:
    """Remembers what the device said of itself."""
    service.device(data_of(event, ParkStatus))


function = Function(
    "ingest-reading",
    {ReadingReceived.TYPE: hear_readings, ParkStatus.TYPE: hear_status},
    observers=[observer],
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
