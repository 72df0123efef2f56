"""notify: sends to Telegram what people want to share."""

from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.contracts.exports import DataExport, Delivered


class NotifyClient:
    """Raises Away where notify does not answer, Refused where it says no."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def export(self, data: DataExport) -> Delivered:
        """Draws the data as a chart and sends it."""
        return self._function.post("/rest/exportData", Delivered, data)
