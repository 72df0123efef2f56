"""Plans with batteries: all energy is accounted for, nothing exceeds the bound, and the command says so."""

import json
import math
from array import array
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorrater.domain.battery import Bank, Battery
from ahorrater.domain.charged_plans import Setting, carry_out, ceiling_of_plans
from ahorrater.domain.futures import Expected
from ahorrater.domain.optimum import best_plan, moves_of
from ahorrater.domain.prospect import Charge, Prospect
from ahorrater.domain.replay import Work, served
from ahorrater.domain.samples import ParkSample
from ahorrater.services.backtest import OPTIMUM, backtest, standard_policies
from tests.unit.backtest.test_backtest import command, trace_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
batteries = st.builds(
    Battery,
    st.floats(0, 60),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
    st.floats(1, 80),
    st.floats(1, 80),
    st.floats(0, 0.9),
)
watts = st.one_of(st.just(math.nan), st.just(0.0), st.floats(-1, 100))


def columns(most_parks: int, most_samples: int):
    return st.integers(2, most_samples).flatmap(
        lambda length: st.lists(st.lists(watts, min_size=length, max_size=length), min_size=1, max_size=most_parks)
    )


@given(columns(4, 30), st.lists(batteries, min_size=4, max_size=4), st.floats(0.1, 120), st.floats(0, 20))
@settings(max_examples=20)
def test_nothing_exceeds_the_bound_and_every_account_closes(values, each, load_w, move_cost_wh):
    trace, work = trace_of(values, timedelta(minutes=30)), Work(load_w, move_cost_wh)
    held = dict(zip(trace.nodes, each, strict=False))
    result = backtest(trace, work, standard_policies(work, held), held)
    best = result.outcomes[OPTIMUM].net_wh
    for one in result.outcomes.values():
        assert one.net_wh <= best + 1e-9
        assert one.energy_wh == pytest.approx(one.net_wh + one.moves * move_cost_wh, abs=1e-9)
        if one is result.outcomes[OPTIMUM]:
            continue
        balance = one.balance
        assert balance.served_wh == one.energy_wh
        went = balance.served_wh + balance.stored_wh + balance.spilled_wh + balance.lost_wh
        assert balance.sun_wh == pytest.approx(went, abs=1e-9)
    assert best <= result.ceiling_wh + 1e-9


@given(
    columns(3, 5),
    st.lists(batteries, min_size=3, max_size=3),
    st.floats(1, 100),
    st.floats(0, 20),
    st.integers(0, 30),
)
@settings(max_examples=20)
def test_no_plan_at_all_exceeds_the_bound_however_many_rounds_it_took(values, each, load_w, move_cost_wh, rounds):
    sun_w = [[0.0 if math.isnan(power_w) else max(power_w, 0.0) for power_w in column] for column in values]
    setting = Setting(sun_w, each[: len(sun_w)], load_w, move_cost_wh, hours=0.5)
    plans = [array("l", plan) for plan in product(range(len(sun_w)), repeat=len(sun_w[0]))]
    best = max(carry_out(setting, plan).served_wh - move_cost_wh * moves_of(plan) for plan in plans)
    bound_wh, _ = ceiling_of_plans(setting, 0.0, rounds)
    assert best <= bound_wh + 1e-9


@given(columns(4, 30), st.floats(0.1, 120), st.floats(0, 20))
@settings(max_examples=15)
def test_without_a_capacity_the_bound_is_the_optimum(values, load_w, move_cost_wh):
    trace, work = trace_of(values), Work(load_w, move_cost_wh)
    held = {node: Battery(0.0) for node in trace.nodes}
    found = backtest(trace, work, {}, held).outcomes[OPTIMUM]
    served_wh = served(trace, work)
    plan = best_plan(served_wh, move_cost_wh)
    best = math.fsum(served_wh[place][sample] for sample, place in enumerate(plan)) - moves_of(plan) * move_cost_wh
    assert found.net_wh == pytest.approx(best, abs=1e-9)


def test_good_prices_make_the_bound_tight():
    """Two parks that shine by turns and can carry each other's night but for the cost of two moves."""
    day, night = [100.0] * 12, [0.0] * 12
    setting = Setting([day + night, night + day], [Battery(60, reserve=0)] * 2, 10.0, 1.0, hours=0.5)
    plan = array("l", [0] * 23 + [1])
    brought_wh = carry_out(setting, plan).served_wh - 1.0
    bound_wh, _ = ceiling_of_plans(setting, brought_wh)
    assert brought_wh <= bound_wh <= 1.05 * brought_wh


def sample(minutes: float, power_w: float, soc: float | None = None) -> ParkSample:
    return ParkSample(NOON + timedelta(minutes=minutes), 0, round(minutes * 60), 0.0, 0.0, power_w, soc)


@pytest.mark.parametrize(
    ("samples", "worked_on", "soc"),
    [
        ([sample(0, 0)], "b", 0.2),
        ([sample(0, 0, 0.7)], "b", 0.7),
        ([sample(0, 0, 0.5), sample(6, 50)], "b", 0.55),
        ([sample(0, 0, 0.5), sample(6, 50)], "a", 0.54),
        ([sample(0, 0, 0.5), sample(6, 0)], "a", 0.49),
        ([sample(6, 50, 0.5), sample(0, 0, 0.9)], "b", 0.5),
        ([sample(0, 0, 0.5), sample(60, 30)], "b", 0.55),
        ([sample(0, 0, 0.5), sample(60, 0)], "a", 0.4),
    ],
    ids=[
        "unknown",
        "told",
        "charges",
        "feeds",
        "drains",
        "late",
        "what was before it is dark",
        "and draws all the same",
    ],
)
def test_the_charge_is_told_or_modelled(samples, worked_on, soc):
    bank = Bank({"a": Battery(100, 1, 1)}, load_w=10)
    assert max(bank.charged("a", None, samples, worked_on), key=lambda one: one.order).battery_soc == pytest.approx(soc)


@given(st.floats(0, 1), st.lists(st.floats(0, 60), min_size=4, max_size=4), st.floats(0, 60), batteries)
def test_to_stay_is_worth_what_is_served_less_what_is_missing_in_the_end(soc, sun_wh, later_wh, battery):
    expected = [Expected(wh, 0.0, 20.0) for wh in sun_wh]
    prospect = Prospect(expected, [1.0] * 4, Charge(battery, soc * battery.capacity_wh, later_wh, 0.0))
    plain = prospect.worth_wh([0.0] * 4)
    dear = Prospect(expected, [1.0] * 4, Charge(battery, soc * battery.capacity_wh, later_wh, 1.0)).worth_wh([0.0] * 4)
    assert sum(plain) >= sum(min(wh, 20.0) for wh in sun_wh) - 1e-9
    assert sum(dear) <= sum(plain) + 1e-9
    assert prospect.first_wh(0.0) == plain[0]


def test_the_command_takes_batteries_and_says_where_the_energy_went(tmp_path):
    file = tmp_path / "trace.csv"
    rows = "".join(f"2026-06-01T10:{minute:02}:00Z,{minute},{60 - minute}\n" for minute in range(60))
    file.write_text("timestamp,a,b\n" + rows)
    ran = command("--trace", str(file), "--battery-wh", "5,9", "--policy", "forecast", "--json")
    policies = json.loads(ran.stdout)["policies"]
    assert set(policies) == {"stay-put", "forecast", "optimum"}
    assert set(policies["forecast"]["balance"]) == {"sun_wh", "served_wh", "stored_wh", "spilled_wh", "lost_wh"}
    ideal = ("--battery-efficiency", "1", "--battery-reserve", "0")
    assert "optimum" in command("--trace", str(file), "--battery-hours", "2", *ideal).stdout
    ran = command("--trace", str(file), "--battery-wh", "5,9,9")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "3 numbers for 2 parks" in ran.stderr
