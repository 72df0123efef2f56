"""What ingest-reading reads: its settings, and the readings of an event, the bad ones apart from the good."""

import json
from datetime import timedelta

from pydantic import Field, ValidationError

from ahorrater.adapters.batteries import BatteriesSettings
from ahorrater.adapters.functions import Event
from ahorrater.adapters.functions.problems import explain
from ahorrater.adapters.places import PlacesSettings
from ahorrater.adapters.retention import LEAST_RAW_DAYS, RAW_DAYS
from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import MAX_READINGS, ReadingReceived
from ahorrater.contracts.readings import Reading
from ahorrater.domain.parks import Smoothing
from ahorrater.services.ingest import IngestPolicy, Refusal


class IngestSettings(PlacesSettings, BatteriesSettings):
    """PARKS: the nodes that have a park, comma separated; empty: any node. A mistyped name is said, not stored.

    FUTURE_TOLERANCE_S: how far a device's clock may be ahead, s.
    OLDEST_READING_S: older readings are refused, s. Devices keep a week; a month leaves room.
    RETENTION_RAW_DAYS: as retention's. Readings are refused a day before they would be deleted, so that a duplicate
    always meets the reading that it repeats.
    MEAN_WINDOW: readings in the mean that the thesis's policy compares.
    SMOOTHING_S: time constant of the smoothed power that the other policies compare, s.
    PARK_PLACES: where the parks are, see PlacesSettings. PARK_BATTERIES: what they hold, see BatteriesSettings.
    """

    parks: str = ""
    future_tolerance_s: float = Field(default=300, ge=0)
    oldest_reading_s: float = Field(default=29 * 86400, gt=0)
    retention_raw_days: float = Field(default=RAW_DAYS, ge=LEAST_RAW_DAYS)
    mean_window: int = Field(default=10, ge=1, le=1000)
    smoothing_s: float = Field(default=30, ge=0)

    def policy(self) -> IngestPolicy:
        """The same, as the service wants it."""
        return IngestPolicy(
            parks=frozenset(name.strip() for name in self.parks.split(",") if name.strip()),
            future_tolerance=timedelta(seconds=self.future_tolerance_s),
            oldest=min(timedelta(seconds=self.oldest_reading_s), timedelta(days=self.retention_raw_days - 1)),
            smoothing=Smoothing(self.mean_window, self.smoothing_s),
            places=self.places(),
            bank=self.bank(),
        )


def readings_of(event: Event) -> tuple[list[tuple[int, Reading]], list[Refusal]]:
    """The readings of a `reading.received`, each with its place, and those that are none, with the reason.

    One bad reading does not take the others with it; an event without a single good one is rejected whole.
    """
    try:
        return list(enumerate(ReadingReceived.model_validate_json(event.data).readings)), []
    except ValidationError as error:
        whole = explain(error, f"the data is no {ReadingReceived.TYPE}")
    readings: list[tuple[int, Reading]] = []
    refusals: list[Refusal] = []
    for index, item in enumerate(_items(event.data, whole)):
        text = json.dumps(item)
        try:
            readings.append((index, Reading.model_validate_json(text)))
        except ValidationError as error:
            refusals.append(Refusal(index, explain(error, "no reading").detail, text))
    if not readings:
        raise whole
    return readings, refusals


def _items(data: bytes, whole: Reject) -> list[object]:
    """The list of an event that has one and nothing else; otherwise it is `whole` that is wrong."""
    try:
        document = json.loads(data)
    except ValueError:
        raise whole from None
    items = document.get("readings") if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(items, list) or not 0 < len(items) <= MAX_READINGS:
        raise whole
    return items
