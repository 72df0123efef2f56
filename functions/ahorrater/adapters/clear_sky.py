"""What a panel gives under a clear sky, by pvlib: imported by the function `health` only, and there when asked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from ahorrater.domain.health import ClearHour
from ahorrater.domain.places import Place
from ahorrater.domain.power_hours import PowerMean
from ahorrater.domain.sky import SLOT_S, SLOTS_A_DAY

FULL_SUN_W_M2 = 1000.0
LOWEST_SUN_DEG = 15.0
"""Below it hills, haze and glass take more than any dirt."""
CLEAR_DAY_SHARE = 0.6
SAMPLES_AN_HOUR = 3600 // SLOT_S


class PvlibSky:
    """Ineichen's clear sky (with pvlib's Linke turbidity of the place and month) on the panel's plane; clear days by
    Reno and Hansen's test of the curve's shape, which does not care how dirty the panel is.
    """

    def envelope_w(self, place: Place, day: date) -> tuple[float, ...]:
        """The power in each five minutes of the UTC day, W."""
        import pandas as pd

        index = pd.date_range(pd.Timestamp(day, tz="UTC"), periods=SLOTS_A_DAY, freq=f"{SLOT_S}s")
        return tuple(round(float(power_w), 3) for power_w in _panel_w(place, index))

    def clear_hours(self, place: Place, means: Sequence[PowerMean]) -> list[ClearHour]:
        """The hours, with the sun well up, of the days that were clear for the most part; `means` of five minutes,
        oldest first.
        """
        import pandas as pd

        if not means:
            return []
        measured = pd.Series([mean.power_w for mean in means], pd.DatetimeIndex([mean.at for mean in means]))
        measured = measured[~measured.index.duplicated()].asfreq(f"{SLOT_S}s")
        samples = pd.DataFrame({"measured": measured, "expected": _panel_w(place, measured.index)})
        samples["sunny"] = _location(place).get_solarposition(samples.index).apparent_elevation > LOWEST_SUN_DEG
        samples["clear"] = _clear(samples, place)
        sunny = samples[samples.sunny & samples.measured.notna()]
        shares = sunny.groupby(sunny.index.date).clear.mean()
        return _hours(sunny, set(shares[shares >= CLEAR_DAY_SHARE].index))


def _hours(sunny: Any, days: set[date]) -> list[ClearHour]:
    hours = []
    for hour, samples in sunny.groupby(sunny.index.floor("h")):
        if hour.date() in days and len(samples) == SAMPLES_AN_HOUR:
            of_hour = samples[["measured", "expected"]].mean()
            hours.append(ClearHour(hour.toordinal(), hour.hour, float(of_hour.measured), float(of_hour.expected)))
    return hours


def _clear(samples: Any, place: Place) -> Any:
    """Measured against expected, both as irradiance: the test's limits are in W/m2. A panel that has lost a share of
    its power is scaled up to where its best samples are the clear sky's.
    """
    from pvlib.clearsky import detect_clearsky

    irradiance = FULL_SUN_W_M2 / (place.peak_w * place.performance)
    ratio = (samples.measured / samples.expected)[samples.sunny].quantile(0.9)
    if not ratio > 0:
        return False
    measured = (samples.measured / ratio).fillna(0.0) * irradiance
    return detect_clearsky(measured, samples.expected * irradiance, infer_limits=True)


def _panel_w(place: Place, index: Any) -> Any:
    """In the middle of each five minutes: a mean stands for all of them."""
    from pvlib.irradiance import get_total_irradiance

    location, middles = _location(place), index + timedelta(seconds=SLOT_S / 2)
    sun = location.get_solarposition(middles)
    sky = location.get_clearsky(middles, solar_position=sun)
    plane = get_total_irradiance(
        place.tilt, place.azimuth, sun.apparent_zenith, sun.azimuth, sky.dni, sky.ghi, sky.dhi
    ).poa_global.fillna(0.0)
    return (plane.clip(lower=0.0) / FULL_SUN_W_M2 * place.peak_w * place.performance).to_numpy()


def _location(place: Place) -> Any:
    from pvlib.location import Location

    return Location(place.latitude, place.longitude)
