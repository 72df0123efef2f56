"""What holds whatever the policy: the night, and how many moves a day may have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.policy import PolicySettings
from ahorrater.contracts.base import adapter_of
from ahorrater.domain.battery import Battery
from ahorrater.domain.choose import choose_node, revert_failed_move
from ahorrater.domain.decision import ControllerState, Reason
from ahorrater.domain.operating_rules import Night, OperatingRules
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import HysteresisPolicy, ThesisPolicy

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIFTY = Battery(50)


def park(node: str, power_w: float, seen_at: datetime = NOON, **more: object) -> Park:
    return replace(Park(node, seen_at, power_w, power_w, power_w), **more)


def on(node: str, **more: object) -> ControllerState:
    return replace(ControllerState(epoch=3, chosen=node, chosen_since=NOON - HOUR, confirmed_epoch=3), **more)


def thesis(**rules: object) -> ThesisPolicy:
    return ThesisPolicy(rules=OperatingRules(**rules))


DARK = [park("a", 0.2, battery_soc=0.1), park("b", 0.1, battery_soc=0.2), park("c", 0.0)]


@pytest.mark.parametrize(
    ("rules", "state", "parks", "chosen", "reason", "epoch"),
    [
        ({}, on("a"), DARK, "a", Reason.ALREADY_BEST, 3),
        ({"night": Night.PARK}, on("a"), DARK, "b", Reason.NIGHT_PARKED, 4),
        ({"night": Night.PARK, "night_node": "c"}, on("a"), DARK, "c", Reason.NIGHT_PARKED, 4),
        ({"night": Night.PARK, "night_node": "d"}, on("a"), DARK, "a", Reason.NIGHT, 3),
        ({"night": Night.PARK}, on("c", night=Night.PARK), DARK, "c", Reason.NIGHT, 3),
        ({"night": Night.PARK}, on("c"), [park("c", 0.5)], "c", Reason.NIGHT, 3),
        ({"night": Night.PARK}, on("c", night=Night.PARK), [park("a", 0.9), park("c", 0)], "c", Reason.NIGHT, 3),
        ({"night": Night.PARK}, on("c", night=Night.PARK), [park("a", 1.1)], "a", Reason.PRESENT_SILENT, 4),
        ({"night": Night.SHED}, on("a"), DARK, "a", Reason.NIGHT_SHED, 4),
        ({"night": Night.SHED}, on("a", night=Night.SHED), DARK, "a", Reason.NIGHT_SHED, 3),
        ({"night": Night.SHED}, on("a", night=Night.SHED), [], "a", Reason.NIGHT_SHED, 3),
        ({"night": Night.SHED}, on("a", night=Night.SHED), [park("a", 1.1)], "a", Reason.POWER_AGAIN, 4),
        ({"night": Night.STAY}, on("a", night=Night.SHED), DARK, "a", Reason.POWER_AGAIN, 4),
        ({"night": Night.SHED}, on("a", night=Night.SHED), [park("b", 9)], "b", Reason.PRESENT_SILENT, 4),
        ({"night": Night.SHED}, on("a"), [], "a", Reason.ALL_STALE, 3),
        ({"night": Night.SHED}, ControllerState(), DARK, "a", Reason.FIRST_CHOICE, 1),
    ],
)
def test_the_night(rules, state, parks, chosen, reason, epoch):
    decision, after = choose_node(parks, state, thesis(**rules), NOON)
    assert (decision.chosen, decision.reason, decision.epoch, after.epoch) == (chosen, reason, epoch, epoch)
    assert decision.shed is (reason is Reason.NIGHT_SHED)
    assert decision.begins is (epoch != state.epoch)
    assert (after.night is not None) is (reason in {Reason.NIGHT, Reason.NIGHT_PARKED, Reason.NIGHT_SHED})


def moved(*hours_ago: float) -> tuple[datetime, ...]:
    return tuple(NOON - HOUR * ago for ago in hours_ago)


@pytest.mark.parametrize(
    ("parks", "moved_at", "budget", "chosen", "reason"),
    [
        ([park("a", 1), park("b", 9)], moved(23, 2), None, "b", Reason.HIGHEST_MEAN),
        ([park("a", 1), park("b", 9)], moved(23, 2), 2, "a", Reason.BUDGET_SPENT),
        ([park("a", 1), park("b", 9)], moved(24, 2), 2, "b", Reason.HIGHEST_MEAN),
        ([park("a", 1), park("b", 9)], (), 0, "a", Reason.BUDGET_SPENT),
        ([park("b", 9)], moved(23, 2), 2, "b", Reason.PRESENT_SILENT),
        ([park("a", 1, quarantine="frozen: it"), park("b", 9)], moved(23, 2), 2, "b", Reason.PRESENT_DOUBTED),
    ],
)
def test_the_budget(parks, moved_at, budget, chosen, reason):
    decision, after = choose_node(parks, on("a", moved_at=moved_at), thesis(moves_a_day=budget), NOON)
    assert (decision.chosen, decision.reason) == (chosen, reason)
    if budget is not None and decision.moved:
        assert after.moved_at == (*(moment for moment in moved_at if NOON - moment < 24 * HOUR), NOON)


def test_the_budget_outlives_a_restart_and_a_failed_move():
    policy = thesis(moves_a_day=1)
    _, state = choose_node([park("a", 1), park("b", 9)], on("a"), policy, NOON)
    state = adapter_of(ControllerState).validate_json(adapter_of(ControllerState).dump_json(state))
    assert state.moved_at == (NOON,)
    _, state = revert_failed_move(state, "b", "a", policy, NOON, HOUR)
    decision, _ = choose_node([park("a", 1), park("c", 9)], state, policy, NOON)
    assert decision.reason is Reason.BUDGET_SPENT


def test_the_settings(monkeypatch):
    monkeypatch.setenv("POLICY_MOVES_A_DAY", "")
    monkeypatch.setenv("POLICY_WORKLOADS_POWER_W", "")
    assert PolicySettings().policy().rules == OperatingRules()
    for name, value in {"MOVES_A_DAY": "4", "NIGHT": "park", "NIGHT_NODE": "b", "WORKLOADS_POWER_W": "6"}.items():
        monkeypatch.setenv(f"POLICY_{name}", value)
    monkeypatch.setenv("PARK_BATTERIES", '{"a": {"capacity_wh": 50, "max_discharge_w": 20}}')
    policy = PolicySettings().policy()
    assert policy.rules == OperatingRules(4, Night.PARK, "b")
    assert policy.batteries == policy.fallback.batteries
    assert (policy.batteries["a"].capacity_wh, policy.batteries["a"].max_discharge_w) == (50, 20)


def test_batteries_want_to_know_what_is_drawn_of_them(monkeypatch):
    monkeypatch.setenv("PARK_BATTERIES", '{"a": {"capacity_wh": 50}}')
    with pytest.raises(ValueError, match="needs POLICY_WORKLOADS_POWER_W"):
        PolicySettings()


def test_hysteresis_stays_while_the_battery_feeds_the_work_and_goes_where_one_is_charged():
    policy = HysteresisPolicy(
        workloads_power_w=10, hold=timedelta(0), failing_hold=timedelta(0), batteries={"a": FIFTY, "b": FIFTY}
    )
    charged = [park("a", 0.0, battery_wh=1.0), park("b", 0.0, battery_wh=20.0)]
    decision, _ = choose_node(charged, on("a"), policy, NOON)
    assert decision.reason is Reason.ENOUGH_POWER
    decision, _ = choose_node([park("a", 0.0, battery_wh=0.5), charged[1]], on("a"), policy, NOON)
    assert (decision.chosen, decision.reason) == ("b", Reason.BETTER_NODE)
