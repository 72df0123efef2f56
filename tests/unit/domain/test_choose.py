"""The decision as tables: parks, state and time in; choice, reason and deadline out. Deadlines at dt-1, dt, dt+1."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.choose import choose_node, revert_failed_move
from ahorrater.domain.decision import ControllerState, MoveKind, Reason
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import HysteresisPolicy, ThesisPolicy

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
THESIS = ThesisPolicy()
CALM = HysteresisPolicy(
    margin_fraction=0.1,
    margin_w=0.5,
    hold=timedelta(seconds=120),
    failing_fraction=0.5,
    failing_hold=timedelta(seconds=15),
    minimum_stay=timedelta(seconds=300),
    move_cost_wh=0.05,
)
LONG_AGO = NOON - timedelta(hours=1)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def park(node: str, power_w: float, seen_at: datetime = NOON) -> Park:
    return Park(node, seen_at, power_w, mean_power_w=power_w, smoothed_power_w=power_w)


def on(node: str, **changes: object) -> ControllerState:
    return replace(ControllerState(epoch=7, chosen=node, chosen_since=LONG_AGO), **changes)


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
@pytest.mark.parametrize(
    ("parks", "chosen"),
    [
        ([park("a", 5), park("b", 9)], "b"),
        ([park("b", 9), park("a", 9)], "a"),
        ([park("a", 0), park("b", 0)], "a"),
        ([park("a", 99, at(-31)), park("b", 1)], "b"),
        ([Park("a"), park("b", 1)], "b"),
    ],
    ids=["most", "tie: first by name", "night", "stale is not chosen", "missing is not chosen"],
)
def test_first_choice(policy, parks, chosen):
    decision, state = choose_node(parks, ControllerState(), policy, NOON)
    assert (decision.chosen, decision.reason, decision.epoch) == (chosen, Reason.FIRST_CHOICE, 1)
    assert (state.chosen, state.chosen_since, state.epoch) == (chosen, NOON, 1)


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
@pytest.mark.parametrize("parks", [[], [Park("a")], [park("a", 9, at(-31)), park("b", 9, at(-31))]])
def test_nothing_fresh_and_nothing_chosen_yet(policy, parks):
    decision, state = choose_node(parks, ControllerState(), policy, NOON)
    assert (decision.chosen, decision.reason, decision.moved) == (None, Reason.NOTHING_KNOWN, False)
    assert state == ControllerState()


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
def test_if_all_are_stale_the_last_choice_holds(policy):
    parks = [park("a", 1, at(-31)), park("b", 99, at(-31))]
    decision, state = choose_node(parks, on("a"), policy, NOON)
    assert (decision.chosen, decision.reason, decision.epoch, decision.held) == ("a", Reason.ALL_STALE, 7, True)
    again, state = choose_node([park("a", 1), park("b", 1)], state, policy, NOON)
    assert (again.reason, again.held, again.moved) == (Reason.HEARD_AGAIN, True, False)
    assert choose_node([park("a", 1), park("b", 1)], state, policy, NOON)[0].held is False


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
def test_a_silent_present_node_is_left_at_once(policy):
    parks = [park("a", 99, at(-31)), park("b", 1)]
    decision, state = choose_node(parks, on("a", chosen_since=NOON), policy, NOON)
    assert (decision.chosen, decision.previous, decision.reason, decision.epoch) == ("b", "a", Reason.PRESENT_SILENT, 8)
    assert state.epoch == 8


DOUBT = "frozen: exactly 99.000 W in each reading"


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
def test_a_park_that_is_not_believed_is_not_chosen_and_the_numbers_say_why(policy):
    parks = [replace(park("a", 99), quarantine=DOUBT), park("b", 1), park("c", 2)]
    decision, _ = choose_node(parks, ControllerState(), policy, NOON)
    assert decision.chosen == "c"
    assert {numbers.node: numbers.quarantine for numbers in decision.parks} == {"a": DOUBT, "b": None, "c": None}


@pytest.mark.parametrize("policy", [THESIS, CALM], ids=lambda policy: policy.name)
def test_a_present_node_that_is_not_believed_is_left_at_once(policy):
    parks = [replace(park("a", 99), quarantine=DOUBT), park("b", 1)]
    decision, _ = choose_node(parks, on("a", chosen_since=NOON), policy, NOON)
    assert (decision.chosen, decision.reason) == ("b", Reason.PRESENT_DOUBTED)
    assert DOUBT in decision.sentence
    alone, state = choose_node(parks[:1], on("a"), policy, NOON)
    assert (alone.chosen, alone.held, state.silent) == ("a", False, False)
    assert DOUBT in alone.sentence


def test_a_move_says_what_it_should_bring():
    gain = choose_node([park("a", 10), park("b", 20)], on("a", margin_since=LONG_AGO), CALM, NOON)[0].expected_gain
    assert (gain.wh, gain.over) == (pytest.approx(10 - CALM.move_cost_wh), CALM.horizon)
    assert choose_node([park("a", 10), park("b", 20)], on("a"), THESIS, NOON)[0].expected_gain is None


@pytest.mark.parametrize(
    ("here", "there", "chosen", "reason"),
    [(5.0, 5.1, "b", Reason.HIGHEST_MEAN), (5.0, 5.0, "a", Reason.ALREADY_BEST), (5.0, 4.0, "a", Reason.ALREADY_BEST)],
)
def test_thesis_takes_the_highest_mean_at_once(here, there, chosen, reason):
    decision, _ = choose_node([park("a", here), park("b", there)], on("a", chosen_since=NOON), THESIS, NOON)
    assert (decision.chosen, decision.reason) == (chosen, reason)


@pytest.mark.parametrize(
    ("here", "there", "reason"),
    [
        (20.0, 19.0, Reason.ALREADY_BEST),
        (20.0, 20.0, Reason.ALREADY_BEST),
        (20.0, 21.9, Reason.WITHIN_MARGIN),
        (20.0, 22.0, Reason.HOLDING),
        (0.0, 0.4, Reason.WITHIN_MARGIN),
        (0.0, 0.5, Reason.HOLDING),
        (-1.0, -0.6, Reason.WITHIN_MARGIN),
    ],
)
def test_margin(here, there, reason):
    decision, _ = choose_node([park("a", here), park("b", there)], on("a"), CALM, NOON)
    assert (decision.chosen, decision.reason) == ("a", reason)


def test_a_gain_that_does_not_pay_for_the_move_is_left():
    dear = replace(CALM, move_cost_wh=2.0)
    assert choose_node([park("a", 20), park("b", 22)], on("a"), dear, NOON)[0].reason is Reason.COST_NOT_RECOVERED
    assert choose_node([park("a", 20), park("b", 22.1)], on("a"), dear, NOON)[0].reason is Reason.HOLDING


def test_a_park_that_gives_enough_is_not_left():
    modest = replace(CALM, workloads_power_w=10)
    assert choose_node([park("a", 10), park("b", 60)], on("a"), modest, NOON)[0].reason is Reason.ENOUGH_POWER
    assert choose_node([park("a", 8), park("b", 60)], on("a"), modest, NOON)[0].reason is Reason.HOLDING


@pytest.mark.parametrize(
    ("here", "there", "kind", "fires_s"),
    [(20, 30, MoveKind.BETTER, 120), (10, 30, MoveKind.FAILING, 15), (15, 30, MoveKind.BETTER, 120)],
    ids=["calm", "failing", "half is not less than half"],
)
def test_a_move_waits_for_its_hold_to_the_second(here, there, kind, fires_s):
    state = on("a")
    for second, moved in [(0, False), (fires_s - 1, False), (fires_s, True), (fires_s + 1, True)]:
        parks = [park("a", here, at(second)), park("b", there, at(second))]
        decision, after = choose_node(parks, state, CALM, at(second))
        assert decision.moved is moved, second
        if second == 0:
            state = after
            assert decision.pending is not None
            assert (decision.pending.kind, decision.pending.fires_at) == (kind, at(fires_s))
            assert decision.pending.node == "b"


def steps(*story: tuple[float, float, float], state: ControllerState | None = None) -> list[tuple[float, str]]:
    """Plays (second, power of a, power of b); the moves as (second, reason)."""
    state, moves = state or on("a"), []
    for second, here, there in story:
        parks = [park("a", here, at(second)), park("b", there, at(second))]
        decision, state = choose_node(parks, state, CALM, at(second))
        if decision.moved:
            moves.append((second, decision.reason.value))
    return moves


@pytest.mark.parametrize(
    ("story", "moves"),
    [
        ([(0, 20, 30), (60, 20, 30), (119, 20, 30), (121, 20, 30)], [(121, "better-node")]),
        ([(0, 20, 30), (60, 30, 30), (61, 20, 30), (121, 20, 30), (180, 20, 30)], []),
        ([(0, 20, 30), (60, 30, 30), (61, 20, 30), (180, 20, 30), (181, 20, 30)], [(181, "better-node")]),
        ([(0, 20, 30), (110, 5, 30), (120, 5, 30)], [(120, "better-node")]),
        ([(0, 5, 30), (10, 20, 30), (24, 20, 30), (26, 5, 30), (40, 5, 30)], []),
        ([(0, 5, 30), (10, 20, 30), (26, 5, 30), (41, 5, 30)], [(41, "present-failing")]),
    ],
    ids=[
        "the margin holds",
        "a break begins the hold again",
        "and then it must hold whole",
        "failing late does not postpone",
        "failing with a break",
        "failing without",
    ],
)
def test_holds_without_a_break(story, moves):
    assert steps(*story) == moves


@pytest.mark.parametrize(
    ("second", "reason"), [(100, Reason.HOLDING), (130, Reason.MINIMUM_STAY), (299, Reason.MINIMUM_STAY)]
)
def test_minimum_stay_delays_a_calm_move(second, reason):
    state = on("a", chosen_since=NOON, margin_since=NOON)
    parks = [park("a", 20, at(second)), park("b", 30, at(second))]
    decision, _ = choose_node(parks, state, CALM, at(second))
    assert (decision.reason, decision.pending.fires_at) == (reason, at(300))


def test_minimum_stay_does_not_keep_the_work_on_a_failing_node():
    state = on("a", chosen_since=NOON, margin_since=NOON, failing_since=NOON)
    decision, _ = choose_node([park("a", 5, at(15)), park("b", 30, at(15))], state, CALM, at(15))
    assert decision.reason is Reason.PRESENT_FAILING


def test_another_candidate_does_not_begin_the_hold_again():
    state = choose_node([park("a", 20), park("b", 30), park("c", 29)], on("a"), CALM, NOON)[1]
    parks = [park("a", 20, at(120)), park("b", 29, at(120)), park("c", 31, at(120))]
    decision, _ = choose_node(parks, state, CALM, at(120))
    assert (decision.chosen, decision.reason) == ("c", Reason.BETTER_NODE)


def test_a_failed_move_is_taken_back_and_not_tried_again_for_a_while():
    decision, state = revert_failed_move(on("b"), "b", "a", CALM, NOON, timedelta(seconds=600))
    assert (decision.chosen, decision.previous, decision.epoch, decision.reason) == ("a", "b", 8, Reason.MOVE_FAILED)
    for second, chosen in [(599, "a"), (600, "b")]:
        silent_a = [park("a", 0, at(-31)), park("b", 30, at(second))]
        assert choose_node(silent_a, state, CALM, at(second))[0].chosen == chosen


def test_a_decision_tells_the_numbers_it_used():
    decision, _ = choose_node([park("a", 20), park("b", 30, at(-31)), Park("c")], on("a"), CALM, NOON)
    told = {numbers.node: (numbers.freshness.value, numbers.age_s, numbers.power_w) for numbers in decision.parks}
    assert told == {"a": ("fresh", 0, 20), "b": ("stale", 31, 30), "c": ("missing", None, None)}
    assert "a" in decision.sentence


powers = st.floats(0, 80, allow_nan=False)
worlds = st.dictionaries(st.sampled_from("abcde"), st.tuples(powers, st.integers(0, 60)), max_size=5)


@given(st.lists(st.tuples(st.integers(0, 400), worlds), max_size=30), st.sampled_from([THESIS, CALM]))
def test_whatever_happens_epochs_grow_and_only_fresh_parks_are_chosen(story, policy):
    now, state = NOON, ControllerState()
    for pause_s, world in story:
        now += timedelta(seconds=pause_s)
        parks = [park(node, power_w, now - timedelta(seconds=age_s)) for node, (power_w, age_s) in world.items()]
        decision, after = choose_node(parks, state, policy, now)
        assert (decision.previous, decision.decided_at) == (state.chosen, now)
        assert after.epoch == decision.epoch == state.epoch + decision.moved
        assert after.chosen == decision.chosen
        if decision.moved:
            assert world[decision.chosen][1] <= 30
        if decision.pending is not None:
            assert decision.pending.fires_at > now
            assert decision.pending.node != decision.chosen
        if state.chosen is not None:
            assert decision.chosen is not None
        state = after


@given(worlds, st.sampled_from([THESIS, CALM]))
def test_only_the_best_parks_matter(world, policy):
    parks = [park(node, power_w, at(-age_s)) for node, (power_w, age_s) in world.items()]
    fresh = sorted((p for p in parks if p.seen_at >= at(-30)), key=lambda p: (-p.smoothed_power_w, p.node))[:3]
    few = fresh + [p for p in parks if p.node == "a" and p not in fresh]
    state = on("a")
    whole, partial = choose_node(parks, state, policy, NOON), choose_node(few, state, policy, NOON)
    assert (whole[0].chosen, whole[0].reason, whole[1]) == (partial[0].chosen, partial[0].reason, partial[1])
