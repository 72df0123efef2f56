"""The forecast: what a sky learns and forgets, what a plan is worth, and when a park that is silent is only asleep."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.battery import Battery
from ahorrater.domain.choose import choose_node
from ahorrater.domain.decision import ControllerState, Reason
from ahorrater.domain.futures import Expected, imagined, worth_wh
from ahorrater.domain.parks import Park, ParkSample, ParkState, Smoothing
from ahorrater.domain.policies import ForecastPolicy
from ahorrater.domain.prospect import Charge, Prospect
from ahorrater.domain.sky import Glance, Sky

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
POLICY = ForecastPolicy(workloads_power_w=10.0, move_cost_wh=0.5)


def sun_w(at: datetime, later_h: float = 0.0) -> float:
    """A clear day's power, 40 W at noon, from six to six; a park further west has it later."""
    hour = (at - MIDNIGHT) / timedelta(hours=1) - later_h
    return max(-40 * math.cos(hour / 24 * 2 * math.pi), 0.0)


def park_at(now: datetime, node: str = "a", *, later_h: float = 0.0, sleeps: bool = True, days: int = 3) -> Park:
    """A park after so many clear days; one that sleeps has said nothing since its sunset."""
    state, sky, at = ParkState(node), Sky(), now - timedelta(days=days)
    while at <= now:
        power_w = sun_w(at, later_h)
        if power_w > 0 or not sleeps:
            state = state.absorb([ParkSample(at, 1, 1, 20, 1, power_w)], Smoothing(window=1, time_constant_s=1))
            state, sky = state.teach(sky)
        at += FIVE_MINUTES
    return replace(state.park(), sky=sky)


@given(st.lists(st.lists(st.floats(0, 5), min_size=4, max_size=4), min_size=1, max_size=3), st.floats(0, 3))
def test_a_places_worth_is_that_of_the_best_of_all_plans_from_there(served_wh, move_cost_wh):
    parks = range(len(served_wh))
    for start, found in zip(parks, worth_wh(served_wh, move_cost_wh), strict=True):
        plans = ((start, *rest) for rest in product(parks, repeat=3))
        worths = (
            sum(served_wh[park][step] for step, park in enumerate(plan))
            - move_cost_wh * sum(here != there for here, there in pairwise(plan))
            for plan in plans
        )
        assert found == pytest.approx(max(worths), abs=1e-9)


steps = st.builds(Expected, st.floats(0, 2), st.floats(0, 1), st.just(1.0))


@given(st.lists(st.lists(steps, min_size=9, max_size=9), min_size=2, max_size=4), st.floats(-0.5, 1), st.floats(0, 2))
def test_what_does_not_tempt_now_is_worth_no_move(parks, margin, move_cost_wh):
    policy = ForecastPolicy(move_cost_wh=move_cost_wh, margin=margin)
    hours = [step / timedelta(hours=1) for step in policy.steps]
    prospects = {node: Prospect(expected, hours) for node, expected in zip("abcd", parks, strict=False)}
    promised = policy.promises_wh(prospects)
    if not policy.tempts_from("a", prospects):
        assert max(promised.values()) - promised["a"] <= policy.needed_wh(promised["a"]) + 1e-9


def test_the_futures_are_the_same_ones_always_and_right_in_the_mean():
    futures = imagined(3, 32, POLICY.steps, POLICY.memory)
    imagined.cache_clear()
    assert imagined(3, 32, POLICY.steps, POLICY.memory) == futures
    for park, step in product(range(3), range(9)):
        deviations = [future[park][step] for future in futures]
        assert sum(deviations) == pytest.approx(0)
        assert sum(deviation**2 for deviation in deviations) / 32 == pytest.approx(1)


def test_a_sky_knows_its_day_after_a_day():
    park = park_at(MIDNIGHT + timedelta(hours=12), days=1, sleeps=False)
    assert park.sky.learned
    mean_w, spread_w = park.sky.expected(MIDNIGHT + timedelta(hours=14), timedelta(hours=2))
    assert mean_w == pytest.approx(sun_w(MIDNIGHT + timedelta(hours=14)), rel=0.15)
    assert spread_w > 0


def test_a_sky_is_looked_at_once_in_five_minutes():
    sky = Sky().absorb(Glance(MIDNIGHT, 1.0))
    assert sky.absorb(Glance(MIDNIGHT + timedelta(minutes=4), 9.0)) is sky
    assert sky.absorb(Glance(MIDNIGHT + timedelta(minutes=5), 9.0)) is not sky


@pytest.mark.parametrize(
    ("sky", "sooner"),
    [
        (Sky(low_sun=False, index=0.1, mean_index=0.5), Sky(low_sun=False, index=0.9, mean_index=0.5)),
        (Sky(low_sun=False, index=0.2, change=0.05), Sky(low_sun=False, index=0.2, change=0.2)),
    ],
    ids=["a dark cloud stays, a gap in the clouds closes", "overcast stays, broken clouds pass"],
)
def test_how_long_the_present_index_lasts(sky, sooner):
    def left(sky: Sky) -> float:
        clear_sky = replace(sky, envelope_w=(1.0,) * 288)
        expected_w, _ = clear_sky.expected(MIDNIGHT, timedelta(minutes=30))
        return (expected_w - sky.mean_index) / (sky.index - sky.mean_index)

    assert left(sky) > left(sooner) + 0.1


def test_where_a_park_falls_silent_earlier_each_day_its_evening_is_forgotten():
    sky, evening = Sky(), MIDNIGHT + timedelta(hours=17, minutes=30)
    for day in range(30):
        begin, last = MIDNIGHT + timedelta(days=day, hours=7), 18 if day < 10 else 17
        for slot in range((last - 7) * 12):
            at = begin + slot * FIVE_MINUTES
            sky = sky.absorb(Glance(at, sun_w(at - timedelta(days=day))))
    assert sky.expected(evening + timedelta(days=30), timedelta(0))[0] < 0.02 * sun_w(evening)


@pytest.mark.parametrize(
    ("hour", "chosen", "reason"),
    [
        (5.5, "a", Reason.ALREADY_BEST),
        (6.2, "a", Reason.COST_NOT_RECOVERED),
        (12.0, "b", Reason.PRESENT_SILENT),
    ],
    ids=["night everywhere", "it will wake soon", "it should be awake"],
)
def test_a_park_that_sleeps_is_not_left_for_a_dawn_that_comes_a_little_earlier(hour, chosen, reason):
    now = MIDNIGHT + timedelta(days=1, hours=hour)
    asleep = park_at(now, "a", later_h=0.25)
    if hour == 12.0:
        asleep = replace(asleep, seen_at=now - timedelta(hours=1))
    awake = park_at(now, "b", sleeps=False)
    state = ControllerState(epoch=1, chosen="a", chosen_since=MIDNIGHT)
    decision, _ = choose_node([asleep, awake], state, replace(POLICY, move_cost_wh=4.0), now)
    assert (decision.chosen, decision.reason) == (chosen, reason)


@pytest.mark.parametrize(
    ("hour", "share_of_day"), [(3, 0.0), (6, 1.0), (12, 0.5), (17, 0.017), (18, 0.0), (23, 0.0)], ids=str
)
def test_what_the_sun_gives_until_dusk(hour, share_of_day):
    sky = park_at(MIDNIGHT + timedelta(hours=12), sleeps=False).sky
    a_day_wh = 40 * 24 / math.pi
    assert sky.until_dusk_wh(MIDNIGHT + timedelta(hours=hour)) == pytest.approx(share_of_day * a_day_wh, abs=10)


@pytest.mark.parametrize(
    ("later_wh", "costs_wh"), [(0.0, 2.0), (6.0, 2.0), (7.0, 1.0), (20.0, 0.0)], ids=["dusk", "fits", "some", "noon"]
)
def test_charge_costs_what_it_will_be_less_at_dusk_however_much_is_taken_now(later_wh, costs_wh):
    battery = Battery(20.0, charge_efficiency=1.0, discharge_efficiency=1.0, reserve=0.0)
    expected, hours = [Expected(0.0, 0.0, 1.0)] * 2, [1.0, 1.0]
    free, dear = (Prospect(expected, hours, Charge(battery, 14.0, later_wh, worth)) for worth in (0.0, 1.0))
    assert sum(free.worth_wh([0.0, 0.0])) - sum(dear.worth_wh([0.0, 0.0])) == pytest.approx(costs_wh)


@pytest.mark.parametrize(
    ("asleep", "held_wh", "chosen"),
    [(True, 30.0, "a"), (True, 30.7, "a"), (True, 30.8, "b"), (False, 60.0, "a")],
    ids=["as much", "less than a move and a half more", "more", "who is heard can wait"],
)
def test_when_a_park_falls_asleep_the_work_goes_where_there_is_charge_for_the_night(asleep, held_wh, chosen):
    now = MIDNIGHT + timedelta(hours=18, minutes=15)
    battery = Battery(120.0, charge_efficiency=1.0, discharge_efficiency=1.0, reserve=0.0)
    policy = replace(POLICY, batteries={"a": battery, "b": battery})
    present = replace(park_at(now, "a", sleeps=asleep), battery_soc=30.0 / 120, battery_wh=30.0)
    other = replace(park_at(now, "b", sleeps=False), battery_soc=held_wh / 120, battery_wh=held_wh)
    state = ControllerState(epoch=1, chosen="a", chosen_since=MIDNIGHT)
    assert choose_node([present, other], state, policy, now)[0].chosen == chosen
    assert choose_node([present, other], state, POLICY, now)[0].chosen == "a"
