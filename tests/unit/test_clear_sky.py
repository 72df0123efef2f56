"""pvlib's clear sky as the judge of a panel: what it says of panels that are clean, dirty, shaded or broken."""

import math
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from ahorrater.adapters.clear_sky import PvlibSky
from ahorrater.domain.health import Health, HealthRules, finding
from ahorrater.domain.places import Place
from ahorrater.domain.power_hours import PowerMean
from ahorrater.domain.sky import SLOTS_A_DAY

MADRID = Place(latitude=40.45, longitude=-3.73, tilt=30, azimuth=180, peak_w=60)
FIRST_DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def clear_days():
    """The means of two clear weeks."""
    sky = PvlibSky()
    return [
        PowerMean(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=5 * slot), power_w)
        for day in (FIRST_DAY + timedelta(days=number) for number in range(14))
        for slot, power_w in enumerate(sky.envelope_w(MADRID, day))
    ]


def test_the_envelope_is_that_of_the_place():
    envelope_w = PvlibSky().envelope_w(MADRID, FIRST_DAY)
    noon = max(range(SLOTS_A_DAY), key=envelope_w.__getitem__)
    assert noon * 5 / 60 == pytest.approx(12 + 13 / 60, abs=0.3)
    assert 0.7 * 60 * 0.85 < envelope_w[noon] < 60
    assert all(envelope_w[slot] == 0 for slot in range(4 * 12))


def overcast(mean: PowerMean) -> float:
    """Every second day is dull and restless."""
    return Random(int(mean.at.timestamp())).uniform(0.1, 0.5) if mean.at.day % 2 else 1.0


@pytest.mark.parametrize(
    ("share_of", "flag"),
    [
        (lambda _: 1.0, Health.OK),
        (overcast, Health.OK),
        (lambda mean: 0.75 * overcast(mean), Health.SOILING),
        (lambda mean: 0.3 * overcast(mean), Health.FAILURE),
        (lambda mean: overcast(mean) * (0.5 if mean.at.hour < 8 else 1.0), Health.SHADE),
        (lambda mean: Random(int(mean.at.timestamp())).uniform(0.1, 0.9), Health.UNKNOWN),
        (lambda _: 0.0, Health.UNKNOWN),
        (lambda mean: math.nan if mean.at.day % 3 else 1.0, Health.OK),
    ],
    ids=["clear", "clouds", "dirty", "broken", "shaded mornings", "never clear", "dark", "gaps"],
)
def test_what_is_said_of_a_panel(clear_days, share_of, flag):
    means = [PowerMean(mean.at, mean.power_w * share_of(mean)) for mean in clear_days]
    known = [mean for mean in means if not math.isnan(mean.power_w)]
    assert finding(PvlibSky().clear_hours(MADRID, known), HealthRules()).flag == flag


def test_nothing_heard_is_nothing_known():
    assert PvlibSky().clear_hours(MADRID, []) == []
