"""backtest: replays of measured traces."""

from collections.abc import Iterator

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.backtest import BacktestLine, BacktestRequest


class BacktestClient:
    """Raises Away where backtest does not answer, Refused where it says no."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def run(self, request: BacktestRequest) -> Iterator[BacktestLine]:
        """The lines of a replay, as they come."""
        return self._function.stream("/rest/backtest", BacktestLine, request)
