"""Batteries and accounts: small pure models, as tables and properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.accounting import Interval, Placement, Tariff, accounts
from ahorrater.domain.battery import Battery, flow

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BATTERY = Battery(100, charge_efficiency=0.9, discharge_efficiency=0.8, max_charge_w=40, max_discharge_w=30)


@pytest.mark.parametrize(
    ("stored", "solar", "load", "served", "stored_after", "spilled"),
    [
        (50, 10, 10, 10, 50, 0),
        (50, 30, 10, 10, 68, 0),
        (50, 80, 10, 10, 86, 30),
        (99, 30, 10, 10, 100, 20 - 1 / 0.9),
        (60, 0, 20, 20, 35, 0),
        (90, 0, 50, 30, 52.5, 0),
        (20, 0, 20, 0, 20, 0),
        (30, 5, 20, 13, 20, 0),
    ],
    ids=["even", "charges", "charge limit", "full", "discharges", "discharge limit", "reserve", "down to the reserve"],
)
def test_battery(stored, solar, load, served, stored_after, spilled):
    after = flow(BATTERY, stored, solar, load, hours=1)
    assert (after.served_wh, after.stored_wh, after.spilled_wh) == pytest.approx((served, stored_after, spilled))


@given(st.floats(0, 100), st.floats(0, 200), st.floats(0, 200), st.integers(1, 7200))
def test_no_energy_is_made_or_forgotten(stored, solar, load, seconds):
    after = flow(BATTERY, stored, solar, load, seconds / 3600)
    came = stored + solar * seconds / 3600
    assert came == pytest.approx(after.stored_wh + after.served_wh + after.spilled_wh + after.lost_wh, abs=1e-9)
    assert -1e-9 <= after.stored_wh <= 100 + 1e-9
    assert min(after.served_wh, after.spilled_wh, after.lost_wh) >= -1e-9


def test_a_day_s_account():
    intervals = [Interval(NOON + HOUR * hour, {"a": 10 - 5 * hour, "b": 8}, HOUR) for hour in range(3)]
    placements = [Placement(NOON - HOUR, "a"), Placement(NOON + HOUR, "b")]
    [day] = accounts(intervals, placements, Tariff(load_w=9, move_cost_wh=1, grid_kg_per_kwh=0.2))
    assert (dict(day.served_wh), day.moves, day.net_wh) == ({"a": 9, "b": 16}, 1, 24)
    assert (day.stay_put_wh, day.gain_wh) == (14, 10)
    assert day.saved_co2_kg == pytest.approx(24 / 1000 * 0.2)


def test_parks_that_share_the_work_serve_together_what_it_needs():
    intervals = [Interval(NOON + HOUR * hour, {"a": 10, "b": 8, "c": 5}, HOUR) for hour in range(4)]
    placements = [
        Placement(NOON, "a"),
        Placement(NOON + HOUR, "a", ("b",)),
        Placement(NOON + 2 * HOUR, "b", ("a",)),
        Placement(NOON + 3 * HOUR, "a", ("b", "c")),
    ]
    [day] = accounts(intervals, placements, Tariff(load_w=20, move_cost_wh=1))
    assert dict(day.served_wh) == {"a": 40, "b": 24, "c": 2}
    assert (day.moves, day.net_wh, day.stay_put_wh) == (2, 64, 40)
    assert day.renewable_share == pytest.approx(66 / 80)


def test_before_the_work_was_anywhere_nothing_counts_for_or_against():
    intervals = [Interval(NOON + HOUR * hour, {"a": 10, "b": 8}, HOUR) for hour in range(3)]
    [day] = accounts(intervals, [Placement(NOON + HOUR, "b")], Tariff())
    assert (dict(day.served_wh), day.moves, day.stay_put_wh) == ({"b": 16}, 0, 16)
    assert accounts(intervals, [], Tariff()) == []
    [day] = accounts(intervals, [Placement(NOON + HOUR / 2, "b")], Tariff())
    assert (dict(day.served_wh), day.stay_put_wh) == ({"b": 20}, 20)


powers = st.dictionaries(st.sampled_from("abc"), st.floats(-1, 80), max_size=3)


@given(st.lists(powers, min_size=1, max_size=60), st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc"))))
def test_the_days_add_up(worlds, story):
    intervals = [Interval(NOON + HOUR * hour, world, HOUR) for hour, world in enumerate(worlds)]
    placements = [Placement(NOON + HOUR * hour, node) for hour, node in sorted(story)]
    days = accounts(intervals, placements, Tariff(load_w=30, move_cost_wh=0.5))
    by_hand = 0.0
    for interval in intervals:
        here = [one.node for one in placements if one.since <= interval.at][-1:]
        by_hand += sum(min(max(interval.power_w.get(node, 0), 0), 30) for node in here)
    assert sum(sum(day.served_wh.values()) for day in days) == pytest.approx(by_hand, abs=1e-9)
    for day in days:
        assert sum(day.served_wh.values()) - day.move_cost_wh == pytest.approx(day.net_wh, abs=1e-9)
