"""The running state of a park: in order or not, at a bounded size, never trusting silence."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.parks import Freshness, Park, ParkState, Smoothing
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import SLOTS_A_DAY, Sky

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
STALE_AFTER = timedelta(seconds=30)


def sample(second: float, power_w: float, seq: int | None = None) -> ParkSample:
    at = NOON + timedelta(seconds=second)
    return ParkSample(
        at, boot=1, seq=int(second * 10) if seq is None else seq, voltage_v=10, current_a=1, power_w=power_w
    )


@pytest.mark.parametrize(
    ("age_s", "freshness"), [(0, Freshness.FRESH), (29, Freshness.FRESH), (30, Freshness.FRESH), (31, Freshness.STALE)]
)
def test_freshness_is_judged_by_age(age_s, freshness):
    park = Park("a", seen_at=NOON)
    assert park.freshness(NOON + timedelta(seconds=age_s), STALE_AFTER) is freshness


def test_a_park_never_heard_of_is_missing_not_zero():
    park = ParkState("a").park()
    assert park.seen_at is None
    assert park.freshness(NOON, STALE_AFTER) is Freshness.MISSING


def test_the_mean_is_of_the_last_readings_only():
    state = ParkState("a").absorb([sample(second, power_w=second) for second in range(25)], Smoothing(window=10))
    assert len(state.recent) == 10
    assert state.mean("power_w") == pytest.approx(sum(range(15, 25)) / 10)


@pytest.mark.parametrize(
    ("soc", "power_w", "harvestable_w"),
    [(None, 10, 10), (0.5, 10, 10), (0.98, 10, 30), (1.0, 10, 30), (1.0, 35, 35)],
    ids=["no battery", "half full", "full", "full to the brim", "full, and used nonetheless"],
)
def test_a_full_battery_does_not_make_the_sky_darker(soc, power_w, harvestable_w):
    sky = Sky(envelope_w=(40.0,) * SLOTS_A_DAY, clear_w=40.0, low_sun=False, mean_index=0.75)
    park = Park("a", smoothed_power_w=power_w, battery_soc=soc, sky=sky)
    assert park.harvestable_w == harvestable_w
    assert replace(park, sky=None).harvestable_w == power_w


def test_smoothing_follows_time_not_the_number_of_samples():
    smoothing = Smoothing(time_constant_s=30)
    often = ParkState("a").absorb([sample(0, 0), *(sample(second, 100) for second in range(1, 31))], smoothing)
    seldom = ParkState("a").absorb([sample(0, 0), sample(30, 100)], smoothing)
    assert often.smoothed_power_w == pytest.approx(seldom.smoothed_power_w)
    assert seldom.smoothed_power_w == pytest.approx(100 * (1 - math.exp(-1)))


def test_a_late_reading_joins_the_window_but_changes_neither_the_latest_nor_the_smoothed_power():
    smoothing = Smoothing(window=3)
    state = ParkState("a").absorb([sample(0, 1), sample(10, 1), sample(20, 1)], smoothing)
    late = state.absorb([sample(15, 50)], smoothing)
    assert late.latest == state.latest
    assert late.smoothed_power_w == state.smoothed_power_w
    assert [s.power_w for s in late.recent] == [1, 50, 1]


samples = st.lists(
    st.tuples(st.integers(0, 10_000), st.floats(-80, 80)), min_size=1, max_size=40, unique_by=lambda pair: pair[0]
)


@given(samples, st.randoms())
def test_the_window_is_the_same_in_any_order_of_arrival(pairs, random):
    smoothing = Smoothing(window=10)
    arrived = [sample(second, power_w) for second, power_w in pairs]
    in_order = ParkState("a").absorb(arrived, smoothing)
    random.shuffle(arrived)
    one_by_one = ParkState("a")
    for each in arrived:
        one_by_one = one_by_one.absorb([each], smoothing)
    assert one_by_one.latest == in_order.latest
    assert len(one_by_one.recent) == min(10, len(pairs))


@given(samples)
def test_the_smoothed_power_stays_within_what_was_measured(pairs):
    state = ParkState("a").absorb([sample(second, power_w) for second, power_w in pairs], Smoothing())
    powers = [power_w for _, power_w in pairs]
    assert min(powers) - 1e-9 <= state.smoothed_power_w <= max(powers) + 1e-9
