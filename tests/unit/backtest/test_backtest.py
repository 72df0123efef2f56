"""The backtest: the optimum is never beaten, the account closes, and what is decided is what would be decided live."""

import json
import math
import subprocess
import sys
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.battery import Battery
from ahorrater.domain.choose import choose_node
from ahorrater.domain.decision import ControllerState
from ahorrater.domain.optimum import best_plan
from ahorrater.domain.parks import ParkState
from ahorrater.domain.replay import Trace, Work, outcome, replay, served, smoothing_of
from ahorrater.domain.samples import ParkSample
from ahorrater.services.backtest import OPTIMUM, backtest, judged, standard_policies
from ahorrater.services.judges import judge_of
from ahorrater.services.tune import trade_offs

MORNING = datetime(2026, 6, 1, 5, tzinfo=UTC)
SOLAR = Path(__file__).resolve().parents[4] / "shared" / "data" / "solar"
SITES = SOLAR / "sites4_5min_2016.csv.gz"
COLUMNS = "es_madrid_pv_ac_w,de_ensdorf_pv_ac_w,us_taefc_pv_ac_w"


def trace_of(columns, interval=timedelta(minutes=5)) -> Trace:
    times = [MORNING + place * interval for place in range(len(columns[0]))]
    return Trace(tuple("abcdefgh"[: len(columns)]), times, [array("d", column) for column in columns], interval)


watts = st.one_of(st.just(math.nan), st.floats(-1, 100))
columns = st.integers(2, 40).flatmap(
    lambda length: st.lists(st.lists(watts, min_size=length, max_size=length), min_size=1, max_size=5)
)
works = st.builds(Work, st.floats(0.1, 120), st.floats(0, 20))


@given(columns, works)
def test_the_optimum_is_never_beaten_and_the_account_closes(values, work):
    trace = trace_of(values)
    result = backtest(trace, work, standard_policies(work))
    best = result.outcomes[OPTIMUM]
    for one in result.outcomes.values():
        assert one.net_wh <= best.net_wh + 1e-9
        assert one.energy_wh == pytest.approx(one.net_wh + one.moves * work.move_cost_wh, abs=1e-9)
        by_hand = sum(
            work.served_wh(trace.power_w[park][sample], trace.interval_h)
            for sample, park in enumerate(one.plan)
            if park >= 0
        )
        assert one.energy_wh == pytest.approx(by_hand, abs=1e-9)
    assert best.energy_wh <= result.ceiling_wh + 1e-9


@given(
    st.integers(1, 5).flatmap(
        lambda length: st.lists(st.lists(st.floats(0, 9), min_size=length, max_size=length), min_size=1, max_size=3)
    ),
    st.floats(0, 9),
)
def test_the_best_plan_is_the_best_of_all_plans(served_wh, move_cost_wh):
    work = Work(math.inf, move_cost_wh)
    found = outcome(best_plan(served_wh, move_cost_wh), served_wh, work).net_wh
    plans = product(range(len(served_wh)), repeat=len(served_wh[0]))
    assert found == pytest.approx(max(outcome(array("l", plan), served_wh, work).net_wh for plan in plans), abs=1e-9)


@given(columns, works, st.sampled_from(["thesis", "hysteresis", "calm"]))
def test_live_decisions_are_the_backtests(values, work, name):
    """Live: each reading is absorbed as it comes, and every reading decides on all parks."""
    trace, policy = trace_of(values), standard_policies(work)[name]
    plan = replay(trace, {name: policy})[name]
    policy = replace(policy, stale_after=max(policy.stale_after, 2.5 * trace.interval))
    states, controller, lived = {}, ControllerState(), [-1]
    for place, now in enumerate(trace.times[:-1]):
        for node, column in zip(trace.nodes, trace.power_w, strict=True):
            if not math.isnan(column[place]):
                sample = ParkSample(now, 0, place, 0.0, 0.0, column[place])
                states[node] = states.get(node, ParkState(node)).absorb([sample], smoothing_of(trace.interval))
        _, controller = choose_node([state.park() for state in states.values()], controller, policy, now)
        lived.append(-1 if controller.chosen is None else trace.nodes.index(controller.chosen))
    assert lived == list(plan)


def test_unknown_is_not_zero_and_serves_nothing():
    trace = trace_of([[50, math.nan, math.nan, math.nan, 50], [0.0] * 5])
    work = Work(10, 0.1)
    assert list(served(trace, work)[0]) == pytest.approx([10 / 12, 0, 0, 0, 10 / 12])
    assert list(replay(trace, {"h": standard_policies(work)["hysteresis"]})["h"]) == [-1, 0, 0, 0, 1]


def command(*arguments: str, name: str = "backtest") -> subprocess.CompletedProcess:
    command_line = [sys.executable, "-m", "ahorrater.cli", name, *arguments]
    return subprocess.run(command_line, capture_output=True, text=True, timeout=100, check=False)


def test_json_has_the_promised_shape(tmp_path):
    file = tmp_path / "trace.csv"
    rows = "".join(f"2026-06-01T10:{minute:02}:00Z,{minute},{60 - minute}\n" for minute in range(60))
    file.write_text("timestamp,a,b\n" + rows)
    ran = command("--trace", str(file), "--columns", "a,b", "--load-fraction", "0.1", "--json")
    report = json.loads(ran.stdout)
    assert (report["samples"], report["interval_s"]) == (60, 60)
    assert {"stay-put", "thesis", "hysteresis", "forecast", "optimum"} <= set(report["policies"])
    assert set(report["policies"]["thesis"]) == {
        "energy_wh", "net_wh", "share_of_ceiling", "share_of_optimum", "moves", "moves_per_day",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not SITES.exists(), reason="needs the measured traces beside the repository")
@pytest.mark.parametrize(("load", "thesis", "plain"), [(0.1, 0.963, 0.994), (0.3, 0.959, 0.988)])
def test_the_table_of_the_measured_year(load, thesis, plain):
    ran = command("--trace", str(SITES), "--columns", COLUMNS, "--load-fraction", str(load), "--json")
    shares = {name: one["share_of_optimum"] for name, one in json.loads(ran.stdout)["policies"].items()}
    assert shares["thesis"] == pytest.approx(thesis, abs=0.003)
    assert shares["hysteresis"] == pytest.approx(plain, abs=0.003)
    assert shares["forecast"] > shares["hysteresis"]


@pytest.mark.parametrize(("cloud_minutes", "moves"), [(9, 0), (15, 1)])
def test_before_a_day_is_known_a_cloud_must_stay_for_ten_minutes(cloud_minutes, moves):
    under_a_cloud = [60.0] * 30 + [10.0] * cloud_minutes + [60.0] * 30
    trace, work = trace_of([under_a_cloud, [55.0] * len(under_a_cloud)], timedelta(minutes=1)), Work(60.0, 3.0)
    forecast = {"forecast": standard_policies(work)["forecast"]}
    assert backtest(trace, work, forecast).outcomes["forecast"].moves == moves


def test_tuning_reports_on_what_it_was_not_tuned_on(tmp_path):
    file, picture = tmp_path / "trace.csv", tmp_path / "picture.png"
    lines = []
    for place in range(3 * 288):
        at = MORNING + place * timedelta(minutes=5)
        sun = max(math.sin(place / 288 * 2 * math.pi), 0.0)
        lines.append(f"{at.isoformat()},{100 * sun * (place % 7 > 2)},{80 * sun * (place % 11 > 3)}")
    file.write_text("timestamp,a,b\n" + "\n".join(lines))
    ran = command("--trace", str(file), "--json", name="tune")
    suggestions = {one["family"]: one for one in json.loads(ran.stdout)}
    assert set(suggestions) == {"hysteresis", "forecast"}
    assert all(0 < one["held_out"]["share_of_optimum"] <= 1 for one in suggestions.values())
    assert command("--trace", str(file), "--plot", str(picture)).returncode == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_tuning_knows_batteries(tmp_path):
    file, held_out = tmp_path / "trace.csv", []
    rows = [
        f"2026-06-01T{hour:02}:{ten}0:00Z,{hour * 3},{90 - hour * 3 - ten}" for hour in range(24) for ten in range(6)
    ]
    file.write_text("timestamp,a,b\n" + "\n".join(rows))
    for conditions in ((), ("--battery-hours", "1"), ("--sunny-nodes", "2", "--doubt-sensors")):
        ran = command("--trace", str(file), "--load-fraction", "0.9", *conditions, "--json", name="tune")
        held_out.append([one["held_out"]["share_of_optimum"] for one in json.loads(ran.stdout)])
    assert all(0 < share <= 1 for shares in held_out for share in shares)
    assert len({share for share, _ in held_out}) == 3


@pytest.mark.parametrize("conditions", [{"sunny_nodes": 2}, {"batteries": dict.fromkeys("ab", Battery(50.0))}])
def test_the_pictures_curves_are_of_the_same_conditions(conditions):
    """At its default margin, the curve's forecast is the one in the table."""
    columns = [
        [100 * max(math.sin((place + shift) / 288 * 2 * math.pi), 0) for place in range(400)] for shift in (0, 9)
    ]
    trace, work = trace_of(columns), Work(60.0, 3.0)
    batteries = conditions.get("batteries", {})
    judge = judge_of(trace, work, **conditions)
    forecast = judged(judge, standard_policies(work, batteries)).outcomes["forecast"]
    curves = trade_offs(judge, work, batteries)
    assert forecast in curves["forecast, margin"]
    without = backtest(trace, work, standard_policies(work)).outcomes["forecast"]
    assert without.energy_wh < forecast.energy_wh


def test_a_sensor_that_is_not_believed_is_left():
    """A frozen sensor: the same power for more than five hours of day."""
    trace = trace_of([[90.0] * 140, [50.0 + place % 7 for place in range(140)]])
    work = Work(100.0, 1.0)
    policies = {"hysteresis": standard_policies(work)["hysteresis"]}
    plans = [
        backtest(trace, work, policies, doubt_sensors=doubted).outcomes["hysteresis"].plan for doubted in (False, True)
    ]
    assert [set(plan[1:]) for plan in plans] == [{0}, {0, 1}]
    assert plans[1][-1] == 1


@pytest.mark.skipif(not SITES.exists(), reason="needs the measured traces beside the repository")
@pytest.mark.parametrize(("load", "at_least"), [(0.1, 0.99), (0.3, 0.99), (0.6, 0.97)])
def test_the_one_second_hour_is_not_spent_on_moves(load, at_least):
    file = next(SOLAR.glob("hope_melpitz_1s*.gz"))
    ran = command("--trace", str(file), "--load-fraction", str(load), "--policy", "forecast", "--json")
    policies = json.loads(ran.stdout)["policies"]
    assert policies["forecast"]["moves"] < 3
    assert policies["forecast"]["net_wh"] >= at_least * policies["stay-put"]["net_wh"]
