"""Several sunny nodes: the optimum is the best of all plans, or is never exceeded; one node is what it was."""

import json
import math
from array import array
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorrater.domain import shared_plans
from ahorrater.domain.groups import group_of, number_of
from ahorrater.domain.optimum import NOWHERE
from ahorrater.domain.replay import Work, replay
from ahorrater.domain.shared_plans import SharedWork
from ahorrater.domain.spread import Spread
from ahorrater.services.backtest import OPTIMUM, backtest, standard_policies
from tests.unit.backtest.test_backtest import command, trace_of

watts = st.one_of(st.just(math.nan), st.floats(-1, 100))
columns = st.integers(2, 40).flatmap(
    lambda length: st.lists(st.lists(watts, min_size=length, max_size=length), min_size=1, max_size=5)
)


@pytest.mark.parametrize("parks", [1, 2, 7])
def test_every_group_has_a_number_of_its_own(parks):
    groups = [group for size in range(4) for group in product(range(parks), repeat=size)]
    numbers = [number_of(group, parks) for group in groups]
    assert sorted(numbers) == list(range(NOWHERE, len(groups) - 1))
    assert [group_of(number, parks) for number in numbers] == groups
    assert [number_of([park], parks) for park in range(parks)] == list(range(parks))


@given(columns, st.floats(0.1, 300), st.floats(0, 20), st.integers(2, 3), st.booleans())
@settings(max_examples=40)
def test_the_optimum_is_never_beaten_and_the_account_closes(values, load_w, move_cost_wh, most, exact):
    trace, work = trace_of(values), Work(load_w, move_cost_wh)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shared_plans, "MOST_CELLS", shared_plans.MOST_CELLS if exact else 0)
        result = backtest(trace, work, standard_policies(work), sunny_nodes=most)
    assert result.is_exact is exact
    best = result.outcomes[OPTIMUM]
    for one in result.outcomes.values():
        assert one.net_wh <= best.net_wh + 1e-9
        assert one.energy_wh == pytest.approx(one.net_wh + one.moves * move_cost_wh, abs=1e-9)
        assert one.energy_wh <= result.ceiling_wh + 1e-9
        groups = [group_of(number, len(trace.nodes)) for number in one.plan]
        assert all(len(set(group)) == len(group) <= most for group in groups)


@given(
    st.integers(1, 4).flatmap(
        lambda length: st.lists(st.lists(st.floats(0, 9), min_size=length, max_size=length), min_size=1, max_size=3)
    ),
    st.floats(0.1, 20),
    st.floats(0, 9),
)
@settings(max_examples=30)
def test_the_best_plan_is_the_best_of_all_plans_of_all_groups(sun_w, load_w, move_cost_wh):
    sharing, parks = SharedWork(sun_w, Work(load_w, move_cost_wh), 1.0, most=2), len(sun_w)
    groups = [number_of(group, parks) for size in (1, 2) for group in combinations(range(parks), size)]
    plans = product(groups, repeat=len(sun_w[0]))
    best_wh = max(sharing.outcome(array("q", plan)).net_wh for plan in plans)
    assert sharing.optimum().net_wh == pytest.approx(best_wh, abs=1e-9)


def test_who_shares_joins_after_two_minutes_of_want_and_each_change_is_a_move():
    """The first park gives half of the load, then all of it: the second joins, and leaves ten minutes later."""
    trace, work = trace_of([[5.0] * 6 + [20.0] * 6, [4.0] * 12]), Work(10.0, 0.1)
    policies = {"hysteresis": standard_policies(work)["hysteresis"]}
    alone, both = 0, number_of((0, 1), 2)
    plan = replay(trace, policies, spread=Spread(2, 10.0))["hysteresis"]
    assert list(plan) == [NOWHERE, alone, alone, *[both] * 6, alone, alone, alone]
    outcome = backtest(trace, work, policies, sunny_nodes=2).outcomes["hysteresis"]
    assert (outcome.moves, outcome.energy_wh) == (2, pytest.approx((2 * 5 + 3 * 9 + 6 * 10) / 12))


@given(columns, st.floats(0.1, 120), st.floats(0, 20))
@settings(max_examples=10)
def test_one_sunny_node_is_what_it_was(values, load_w, move_cost_wh):
    trace, work = trace_of(values), Work(load_w, move_cost_wh)
    policies = standard_policies(work)
    assert backtest(trace, work, policies, sunny_nodes=1) == backtest(trace, work, policies)
    sharing = SharedWork([[0.0 if math.isnan(w) else max(w, 0.0) for w in c] for c in values], work, 1 / 12, most=1)
    assert sharing.optimum().net_wh == pytest.approx(backtest(trace, work, {}).outcomes[OPTIMUM].net_wh, abs=1e-9)


def test_the_command_spreads_the_work(tmp_path):
    file = tmp_path / "trace.csv"
    rows = "".join(f"2026-06-01T10:{minute:02}:00Z,{minute},{60 - minute},7\n" for minute in range(60))
    file.write_text("timestamp,a,b,c\n" + rows)
    asked = ("--trace", str(file), "--load-fraction", "0.9", "--peak-w", "60")
    spread = json.loads(command(*asked, "--sunny-nodes", "2", "--json").stdout)
    assert (spread["sunny_nodes"], spread["optimum_is_exact"]) == (2, True)
    assert {"stay-put", "thesis", "hysteresis", "forecast", "optimum"} <= set(spread["policies"])
    alone = json.loads(command(*asked, "--json").stdout)
    assert "sunny_nodes" not in alone
    assert spread["policies"]["hysteresis"]["energy_wh"] > alone["policies"]["hysteresis"]["energy_wh"]
    assert "at most 2 of which share the work" in command(*asked, "--sunny-nodes", "2").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--sunny-nodes", "4"), "invalid choice: 4"), (("--sunny-nodes", "2", "--battery-wh", "5"), "leave one")],
)
def test_what_cannot_be_shared_is_said(tmp_path, arguments, says):
    file = tmp_path / "trace.csv"
    file.write_text("timestamp,a\n2026-06-01T10:00:00Z,1\n2026-06-01T10:05:00Z,1\n")
    ran = command("--trace", str(file), *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr
