"""backtest: what each policy would have brought on a trace, told while it is computed. Wiring only."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.backtest_stream import MAX_AT_A_TIME, BacktestStream, Readings
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Function


def open_readings() -> Readings:
    """SQLModel is imported at the first question: it would double the cold start."""
    from ahorrater.adapters.database.accounting import AccountingQueries

    return AccountingQueries(database.url)


database = DatabaseSettings()
stream = BacktestStream(open_readings, utc_now)
function = Function("backtest", operations=stream.operations(), threads=MAX_AT_A_TIME + 1)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
