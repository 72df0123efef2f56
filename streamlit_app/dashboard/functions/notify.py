"""notify: sends to Telegram what people want to share."""

from pydantic import TypeAdapter

from ahorrater.contracts.exports import DataExport, Delivered
from dashboard.client import Answer, Away, FunctionClient

_DELIVERED = TypeAdapter(Delivered)


class Notify:
    """Orders only."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def export(self, data: DataExport) -> Answer[Delivered] | Away:
        """Draws the data as a chart and sends it."""
        return self._function.post("/rest/exportData", _DELIVERED, data)
