"""Where a park is and what its panel is: what a clear sky can be worked out from."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

NIGHT_ELEVATION_DEG = -6.0
"""Civil twilight's end: below it no panel gives anything worth measuring."""


@dataclass(frozen=True, slots=True)
class Place:
    """latitude, longitude: degrees, north and east positive. tilt: of the panel, degrees from level. azimuth: where it
    faces, degrees from north, eastward. peak_w: its power under 1,000 W/m2, W. performance: the share of that which is
    left by heat, cables and a working point that is not the best.
    """

    latitude: float
    longitude: float
    tilt: float
    azimuth: float
    peak_w: float
    performance: float = 0.85

    def sun_elevation_deg(self, at: datetime) -> float:
        """How high the sun stands, degrees, to about half a degree (NOAA's general solar position calculations)."""
        moment = at.astimezone(UTC)
        hour = moment.hour + moment.minute / 60 + moment.second / 3600
        year = 2 * math.pi / 365.25 * (moment.timetuple().tm_yday - 1 + (hour - 12) / 24)
        sun_minutes = hour * 60 + _equation_of_time_min(year) + 4 * self.longitude
        angle, declination = math.radians(sun_minutes / 4 - 180), _declination(year)
        latitude = math.radians(self.latitude)
        sine = math.sin(latitude) * math.sin(declination)
        sine += math.cos(latitude) * math.cos(declination) * math.cos(angle)
        return math.degrees(math.asin(max(-1.0, min(1.0, sine))))

    def is_night(self, at: datetime) -> bool:
        """Whether the sun is well below the horizon."""
        return self.sun_elevation_deg(at) < NIGHT_ELEVATION_DEG


def _equation_of_time_min(year: float) -> float:
    """By how much a sundial is ahead of a clock, minutes; `year`: how far the year has gone, radians."""
    once = 0.001868 * math.cos(year) - 0.032077 * math.sin(year)
    twice = -0.014615 * math.cos(2 * year) - 0.040849 * math.sin(2 * year)
    return 229.18 * (0.000075 + once + twice)


def _declination(year: float) -> float:
    """The sun's, radians."""
    terms = (
        0.006918,
        -0.399912 * math.cos(year),
        0.070257 * math.sin(year),
        -0.006758 * math.cos(2 * year),
        0.000907 * math.sin(2 * year),
        -0.002697 * math.cos(3 * year),
        0.00148 * math.sin(3 * year),
    )
    return math.fsum(terms)
