"""Sensors: what is not believed, from when on, until when, and that weather alone is always believed."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorrater.domain.parks import ParkState, Smoothing
from ahorrater.domain.places import Place
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import SLOTS_A_DAY, Glance, Sky
from ahorrater.domain.trust import Doubt, Plausibility, in_the_dark

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULES = Plausibility()
MADRID = Place(latitude=40.45, longitude=-3.73, tilt=30, azimuth=180, peak_w=60)


def sample(second: float, power_w: float, **changes) -> ParkSample:
    values = {"voltage_v": 20.0, "current_a": power_w / 20, **changes}
    return ParkSample(NOON + timedelta(seconds=second), 1, int(second), power_w=power_w, **values)


def read(samples, rules=RULES, state=None) -> ParkState:
    return (state or ParkState("a")).absorb(samples, Smoothing(), rules)


def frozen(readings, every_s=10.5):
    return [sample(number * every_s, 10) for number in range(readings)]


@pytest.mark.parametrize(
    ("samples", "doubt"),
    [
        ([sample(second, 10 + second / 10) for second in range(0, 120, 2)], None),
        (frozen(60), None),
        (frozen(61), Doubt.FROZEN),
        (frozen(300, every_s=2), None),
        (frozen(302, every_s=2), Doubt.FROZEN),
        ([*frozen(200, every_s=2), *(sample(997 + second, 10) for second in range(200))], Doubt.FROZEN),
        ([*frozen(200, every_s=2), *(sample(998 + second, 10) for second in range(200))], None),
        ([sample(second * 20, 0.0) for second in range(200)], None),
        ([sample(second * 2, 60 + second / 10, current_a=3.2) for second in range(7)], None),
        ([sample(second * 2, 60 + second / 10, current_a=3.2) for second in range(8)], Doubt.SATURATED),
        ([sample(second * 2, 60 + second / 10, overflow=True) for second in range(8)], Doubt.SATURATED),
        ([sample(second * 2, 60 + second, voltage_v=26.0) for second in range(8)], Doubt.SATURATED),
        ([sample(second * 2, 20 + second / 10, overflow=second % 2 == 0) for second in range(50)], None),
        ([sample(second * 2, 40.0 * (second % 2)) for second in range(8)], None),
        ([sample(second * 2, 40.0 * (second % 2)) for second in range(9)], Doubt.JUMP),
        ([sample(second * 20, 40.0 * (second % 2)) for second in range(90)], None),
        ([sample(second * 2, 0.4 * (second % 2)) for second in range(90)], None),
    ],
)
def test_what_is_not_believed(samples, doubt):
    found = read(samples).trust.quarantine
    assert (found.doubt if found else None) == doubt


def test_more_than_a_known_panel_can_give_is_not_believed():
    samples = [sample(number * 60, 40 + number) for number in range(8)]
    assert read(samples).trust.quarantine is None
    assert read(samples, RULES.at(Place(40, -3, 30, 180, peak_w=20))).trust.quarantine.doubt is Doubt.JUMP


def test_it_is_believed_again_after_it_has_behaved_for_a_while():
    doubted = read(frozen(61))
    began = frozen(61)[-1].seen_at
    assert doubted.trust.quarantine.since == began
    sound = [sample(630 + second, 10 + second / 100) for second in range(2, 598, 2)]
    assert read(sound, state=doubted).trust.quarantine.since == began
    assert read([*sound, sample(630 + 601, 11)], state=doubted).trust.quarantine is None


def test_without_rules_every_sensor_is_believed():
    assert ParkState("a").absorb(frozen(500), Smoothing()).trust.quarantine is None


def test_the_park_says_why():
    park = read(frozen(61)).park()
    assert park.quarantine.startswith("frozen: exactly 10.000 W in each reading for more than 0:10:00")


days = st.lists(st.floats(0.05, 1), min_size=SLOTS_A_DAY, max_size=SLOTS_A_DAY)


def learned(dark_hours, clouds=(1.0,) * SLOTS_A_DAY, days=2) -> Sky:
    """The sky of a park that gave nothing within `dark_hours` of midnight."""
    sky = Sky()
    for slot in range(days * SLOTS_A_DAY):
        at = NOON + timedelta(minutes=5 * slot)
        hours = abs((at.hour + at.minute / 60 + 12) % 24 - 12)
        sun = 40 * math.sin((hours - dark_hours) / (12 - dark_hours) * math.pi / 2) if hours > dark_hours else 0.0
        sky = sky.absorb(Glance(at, sun * clouds[slot % SLOTS_A_DAY]))
    return sky


@pytest.mark.parametrize(
    ("sky", "hour", "power_w", "dark"),
    [
        (learned(6), 0, 3.0, True),
        (learned(6), 0, 0.7, False),
        (learned(6), 12, 3.0, False),
        (learned(6), 5, 3.0, False),
        (learned(0.4), 0, 3.0, False),
        (learned(6, days=0), 0, 3.0, False),
    ],
    ids=["night", "an offset below 2 %", "day", "near dawn", "hardly a night", "not learned"],
)
def test_the_dark_hours_are_learned(sky, hour, power_w, dark):
    at = datetime(2026, 6, 3, hour, tzinfo=UTC)
    assert in_the_dark(Glance(at, power_w), sky, None, RULES) == dark


@settings(max_examples=20)
@given(days)
def test_an_outage_of_the_first_day_is_no_night(clouds):
    """A hole in what was learned by day is not taken for darkness: the power that comes after it is believed."""
    hole = [0.0 if 110 <= (144 + slot) % SLOTS_A_DAY < 180 else cloud for slot, cloud in enumerate(clouds)]
    sky = learned(6, hole)
    for hour in range(8, 17):
        assert not in_the_dark(Glance(datetime(2026, 6, 3, hour, tzinfo=UTC), 30.0), sky, None, RULES)


@pytest.mark.parametrize(("hour", "dark"), [(0, True), (3, True), (6, False), (12, False), (22, True)])
def test_a_place_knows_its_nights_from_the_first_day(hour, dark):
    at = datetime(2026, 6, 1, hour, tzinfo=UTC)
    assert in_the_dark(Glance(at, 3.0), Sky(), MADRID, RULES) == dark


def test_power_at_night_is_remembered_through_the_day_and_teaches_nothing():
    midnight = datetime(2026, 6, 3, 0, 0, 1, tzinfo=UTC)
    state = ParkState("a").absorb([ParkSample(midnight, 1, 1, 20, 0.2, 4.0)], Smoothing(), RULES)
    sky = learned(6)
    state, after = state.teach(sky, None, RULES)
    assert (state.trust.quarantine.doubt, after) == (Doubt.NIGHT_POWER, sky)
    day = ParkSample(midnight + timedelta(hours=12), 1, 2, 20, 1.5, 30.0)
    assert state.absorb([day], Smoothing(), RULES).trust.quarantine is not None
    later = ParkSample(midnight + timedelta(hours=26), 1, 3, 20, 0, 0.0)
    assert state.absorb([later], Smoothing(), RULES).trust.quarantine is None


# Clouds' edges: from second to second a tenth more or less at most, except for a few that are sharp.
steps = st.lists(st.tuples(st.floats(0.9, 1.1), st.booleans()), min_size=50, max_size=300)


@given(steps, st.floats(5, 60))
def test_clouds_are_believed(steps, clear_w):
    power_w, samples, calm = clear_w, [], 0
    for second, (factor, sharp) in enumerate(steps):
        calm = 0 if sharp and calm > 3 else calm + 1
        power_w = clear_w * 0.2 if calm == 0 else min(max(power_w * factor + 0.01, 0.15 * clear_w), clear_w)
        samples.append(sample(second, round(power_w, 3)))
    assert read(samples).trust.quarantine is None


@pytest.mark.parametrize(
    ("at", "elevation_deg"),
    [
        (datetime(2026, 6, 21, 12, 17, tzinfo=UTC), 73.0),
        (datetime(2026, 12, 21, 12, 13, tzinfo=UTC), 26.1),
        (datetime(2026, 3, 20, 6, 22, tzinfo=UTC), 0.0),
    ],
    ids=["summer noon", "winter noon", "sunrise at the equinox"],
)
def test_how_high_the_sun_stands(at, elevation_deg):
    assert MADRID.sun_elevation_deg(at) == pytest.approx(elevation_deg, abs=0.7)
