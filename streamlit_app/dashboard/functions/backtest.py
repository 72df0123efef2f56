"""backtest: replays of measured traces."""

from collections.abc import Iterator

from pydantic import TypeAdapter

from ahorrater.contracts.backtest import BacktestLine, BacktestRequest
from dashboard.client import Away, FunctionClient

_LINE: TypeAdapter[BacktestLine] = TypeAdapter(BacktestLine)


class BacktestFunction:
    """Orders only."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def run(self, request: BacktestRequest) -> Iterator[BacktestLine | Away]:
        """The lines of a backtest, as they come."""
        return self._function.stream("/rest/backtest", _LINE, request)
