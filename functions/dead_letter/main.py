"""dead-letter: keeps every event that could not be delivered or taken, whole, with the reason."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.dead_letters import SqlDeadLetters, letter_of
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Event, Function
from ahorrater.adapters.observers.letters import LetterObserver

letters = SqlDeadLetters(Database(DatabaseSettings().url))


def hear_anything(event: Event) -> None:
    """Keeps it."""
    letters.keep(letter_of(event), utc_now())


function = Function("dead-letter", otherwise=hear_anything, observers=[LetterObserver()])


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
