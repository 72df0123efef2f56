"""A trace that never was: three parks under the synthetic sky, for whoever has measured none yet."""

from array import array
from datetime import UTC, datetime, timedelta

from ahorrater.domain.replay import Trace
from ahorrater.domain.synthetic_sky import power_share

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
INTERVAL = timedelta(minutes=1)
PARKS = ("sample-1", "sample-2", "sample-3")
PEAK_W = 100.0
SEED = 7


def sample_trace(days: int) -> Trace:
    """So many days, a sample a minute, W; the same at every call."""
    length = days * timedelta(days=1) // INTERVAL
    hours = [place * INTERVAL / timedelta(hours=1) for place in range(length)]
    power_w = [array("d", (PEAK_W * power_share(SEED, park, hour) for hour in hours)) for park in range(len(PARKS))]
    return Trace(PARKS, [BEGIN + place * INTERVAL for place in range(length)], power_w, INTERVAL)
