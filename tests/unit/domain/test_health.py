"""Panels: what clear hours tell, and what little a park's own past does."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.domain.health import ClearHour, Health, HealthRules, against_own_past, finding
from ahorrater.domain.power_hours import PowerMean, best_hours
from ahorrater.domain.sky import SLOTS_A_DAY, Glance, Sky

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
RULES = HealthRules()


def clear_hours(ratio_at):
    return [ClearHour(day, hour, 50 * ratio_at(hour), 50) for day in range(5) for hour in range(8, 17)]


@pytest.mark.parametrize(
    ("ratio_at", "flag"),
    [
        (lambda _: 1.0, Health.OK),
        (lambda _: 0.86, Health.OK),
        (lambda _: 0.84, Health.SOILING),
        (lambda _: 0.3, Health.FAILURE),
        (lambda hour: 0.5 if hour < 10 else 1.0, Health.SHADE),
        (lambda hour: 0.5 if hour < 14 else 0.9, Health.SHADE),
    ],
)
def test_clear_hours(ratio_at, flag):
    found = finding(clear_hours(ratio_at), RULES)
    assert found.flag == flag
    assert found.evidence


def test_few_clear_hours_prove_nothing():
    found = finding(clear_hours(lambda _: 0.1)[:11], RULES)
    assert (found.flag, found.evidence) == (Health.UNKNOWN, "11 clear hours of the 12 that are needed")


def test_an_hour_seen_on_few_clear_days_is_no_shade():
    odd = [ClearHour(day, 7, 5, 50) for day in range(2)]
    assert finding([*clear_hours(lambda _: 1.0), *odd], RULES).flag is Health.OK


def month(power_of):
    """Five-minute means of four weeks; `power_of(days ago, hour)` in W, None: nothing was heard."""
    for slot in range(28 * SLOTS_A_DAY):
        at = NOON - timedelta(days=28) + timedelta(minutes=5 * slot)
        power_w = power_of((NOON - at).days, at.hour)
        if power_w is not None:
            yield PowerMean(at, power_w)


@pytest.mark.parametrize(
    ("recent", "flag"),
    [
        (lambda _: 40.0, Health.UNKNOWN),
        (lambda hour: 40.0 if hour == 13 else 5.0, Health.UNKNOWN),
        (lambda _: 15.0, Health.FAILURE),
        (lambda _: 0.0, Health.FAILURE),
        (lambda _: None, Health.UNKNOWN),
    ],
    ids=["as ever", "one good hour", "a third", "dead", "not heard"],
)
def test_a_park_without_a_place_is_held_against_its_own_past(recent, flag):
    means = month(lambda ago, hour: recent(hour) if ago < 7 else 40.0 * (8 <= hour < 17))
    assert against_own_past(best_hours(means, NOON), RULES).flag == flag


def test_a_clear_sky_from_elsewhere_counts_as_a_day():
    envelope = tuple(float(slot) for slot in range(SLOTS_A_DAY))
    new = Sky().begun_with(envelope, NOON)
    assert not new.learned
    assert new.absorb(Glance(NOON, 100.0)).learned
    begun = Sky().absorb(Glance(NOON, 300.0))
    assert not begun.learned
    assert begun.begun_with(envelope, NOON).learned
    assert max(begun.begun_with(envelope, NOON).envelope_w) == 300.0
