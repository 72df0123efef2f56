"""Who shares the work: tables of power and time, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.choose import choose_node
from ahorrater.domain.decision import ControllerState, Decision, Reason
from ahorrater.domain.epochs import renumber
from ahorrater.domain.operating_rules import Night
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import HysteresisPolicy
from ahorrater.domain.spread import Spread, shared, without_further_nodes

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
POLICY = HysteresisPolicy(workloads_power_w=50, failing_fraction=0, minimum_stay=timedelta(hours=9))
SPREAD = Spread(3, 50)


class Sky:
    """Decides every ten seconds, on powers that stay until they are changed; None: the park is silent."""

    def __init__(self, spread: Spread = SPREAD, policy: HysteresisPolicy = POLICY, **powers: float) -> None:
        self.spread, self.policy, self.powers = spread, policy, powers
        self.now, self.state, self.changes = NOON, ControllerState(), []
        self.decide()

    def decide(self) -> Decision:
        parks = [Park(node, self.now, watts, watts, watts) for node, watts in self.powers.items() if watts is not None]
        concluded = choose_node(parks, self.state, self.policy, self.now)
        decision, after = shared(concluded, parks, self.state, self.policy, self.spread)
        assert after.epoch == self.state.epoch + decision.begins
        assert (decision.also, decision.epoch) == (after.also, after.epoch)
        self.changes += [decision] if decision.begins else []
        self.state = after
        return decision

    def later(self, seconds: int, **powers: float | None) -> tuple[str, ...]:
        self.powers |= powers
        for _ in range(seconds // 10):
            self.now += timedelta(seconds=10)
            self.decide()
        return self.state.also


def test_who_is_needed_joins_when_the_clouds_have_had_their_time():
    sky = Sky(a=60, b=30, c=20)
    assert sky.later(600) == ()
    assert sky.later(110, a=25) == ()
    assert sky.later(20) == ("b",)
    assert sky.changes[-1].reason is Reason.SPREAD
    assert (sky.changes[-1].chosen, sky.changes[-1].previous) == ("a", "a")
    assert sky.later(600) == ("b",)


def test_a_cloud_that_passes_changes_nothing():
    sky = Sky(a=60, b=30)
    for _ in range(10):
        sky.later(110, a=20)
        sky.later(10, a=60)
    assert len(sky.changes) == 1


def test_one_after_the_other_until_the_load_is_fed_or_there_are_enough():
    sky = Sky(a=30, b=9, c=8, d=7)
    assert sky.later(130) == ("b",)
    assert sky.later(130) == ("b", "c")
    assert sky.later(1000) == ("b", "c")
    assert len(sky.changes) == 3


def test_who_is_not_needed_leaves_late():
    sky = Sky(a=25, b=30, c=28)
    assert sky.later(130) == ("c",)
    assert sky.later(590, b=60) == ("c",)
    assert sky.later(20) == ()


def test_who_is_needed_again_in_time_never_left():
    sky = Sky(a=25, b=30)
    sky.later(130)
    for _ in range(5):
        sky.later(500, b=60)
        sky.later(20, b=30)
    assert (sky.state.also, len(sky.changes)) == (("a",), 2)


def test_what_brings_too_little_does_not_join():
    assert Sky(a=30, b=4).later(1000) == ()


def test_the_silent_leave_at_once_and_the_work_goes_on():
    sky = Sky(a=25, b=30, c=4)
    sky.later(130)
    assert sky.later(10, a=None) == ()
    assert (sky.changes[-1].chosen, sky.changes[-1].reason) == ("b", Reason.SPREAD)


def test_when_all_are_silent_all_stays():
    sky = Sky(a=25, b=30)
    sky.later(130)
    assert sky.later(600, a=None, b=None) == ("a",)
    assert sky.later(10, a=5) != ("b",)


def test_a_move_within_the_set_keeps_the_others_that_are_needed():
    policy = replace(POLICY, minimum_stay=timedelta(0))
    sky = Sky(policy=policy, a=20, b=30)
    assert (sky.later(130), sky.state.chosen) == (("a",), "b")
    sky.later(130, a=30, b=10)
    assert (sky.state.chosen, sky.state.also) == ("a", ("b",))


def test_one_is_the_default_and_changes_nothing():
    sky = Sky(spread=Spread(1, 50), a=10, b=9, c=8)
    assert (sky.later(2000), len(sky.changes)) == ((), 1)


def test_who_could_not_take_a_share_is_barred():
    sky = Sky(a=25, b=30)
    sky.later(130)
    decision, after = without_further_nodes(sky.state, POLICY, sky.now, timedelta(minutes=10))
    assert (decision.chosen, decision.also, decision.begins, after.epoch) == ("b", (), True, 3)
    sky.state = after
    assert sky.later(590) == ()
    assert sky.later(150) == ("a",)


def test_who_still_carries_the_label_stays_when_another_is_lost():
    sky = Sky(Spread(3, 100), a=25, b=30, c=20)
    sky.later(130)
    sky.later(130)
    assert sky.state.also == ("a", "c")
    decision, after = without_further_nodes(sky.state, POLICY, sky.now, timedelta(minutes=10), ["b", "c"])
    assert (decision.chosen, decision.also, after.also) == ("b", ("c",), ("c",))
    assert decision.sentence == "a could not take a share of the work; b, c go on."
    assert set(after.barred) == {"a"}


@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from("abcde"), st.floats(0, 80) | st.none()), st.integers(1, 40)),
        max_size=12,
    ),
    st.integers(1, 4),
)
def test_never_more_than_allowed_never_the_chosen_twice_never_one_that_is_silent(changes, most):
    sky = Sky(Spread(most, 50), a=20)
    for powers, tens in changes:
        sky.later(10 * tens, **powers)
        assert len({sky.state.chosen, *sky.state.also}) == 1 + len(sky.state.also) <= max(most, 1)
        if any(watts is not None for watts in sky.powers.values()):
            assert all(sky.powers.get(node) is not None for node in sky.state.also)


@pytest.mark.parametrize(
    ("night", "reason"),
    [(Night.SHED, Reason.NIGHT_SHED), (Night.PARK, Reason.EPOCH_PASSED), (None, Reason.EPOCH_PASSED)],
)
def test_a_choice_that_is_numbered_anew_is_the_same_choice(night, reason):
    state = ControllerState(epoch=6, chosen="a", chosen_since=NOON, also=("b",), night=night)
    decision, after = renumber(state, 9, "hysteresis", NOON)
    assert (decision.epoch, decision.chosen, decision.also, decision.reason) == (10, "a", ("b",), reason)
    assert (after.epoch, after.night, after.confirmed_epoch) == (10, night, 9)
