"""Backups restored, events forged, lost, repeated: no epoch acts twice, and both functions agree in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ahorrater.contracts.base import MAX_EPOCH
from ahorrater.contracts.events import ChoiceOutdated, NodeChosen, NodeRelabelled, RelabelMode
from ahorrater.domain.decision import ControllerState, Decision
from ahorrater.domain.epochs import highest
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import ThesisPolicy
from ahorrater.services.choose import ChooseNode, Patience, Recorded, Remembered, announcement
from tests.unit.relabel.decisions import cluster_of, control_of, decision, relabel_on
from tests.unit.relabel.fake_cluster import NOON

NODES = ["a", "b", "c"]
nodes = st.sampled_from(NODES)
HIGHEST = highest(NOON)
forged_epochs = st.integers(0, 12) | st.sampled_from([HIGHEST - 5, HIGHEST, HIGHEST + 1, HIGHEST + 5, MAX_EPOCH])
forged_answers = st.integers(0, 12) | st.sampled_from([HIGHEST - 5, HIGHEST - 1, HIGHEST, HIGHEST + 5, 2**52])


class Memory:
    """A ChoiceStore and its transaction, which can be backed up and restored. The sun is on one node."""

    def __init__(self) -> None:
        self.version, self.state, self.ledger = 0, ControllerState(), []
        self.sun, self.now = "a", None

    @property
    def backup(self) -> tuple[object, ...]:
        return self.version, self.state, list(self.ledger)

    def restore(self, backup: tuple[object, ...]) -> None:
        self.version, self.state, self.ledger = backup[0], backup[1], list(backup[2])

    @contextmanager
    def transaction(self) -> Iterator["Memory"]:
        yield self

    def recall(self) -> Remembered:
        return Remembered(self.version, self.state)

    def candidates(self, *_: object) -> list[Park]:
        watts = {node: 50.0 if node == self.sun else 5.0 for node in NODES}
        return [Park(node, self.now, power, power, power) for node, power in watts.items()]

    def sweep(self, _: object) -> None:
        pass

    def remember(self, _: Remembered, state: ControllerState) -> None:
        self.version, self.state = self.version + 1, state

    def record(self, decision: Decision, cause: str) -> Recorded:
        assert not decision.begins or decision.epoch > max((one.epoch for one, _ in self.ledger), default=0)
        self.ledger.append((decision, cause))
        return Recorded(len(self.ledger), decision)

    def caused_by(self, cause: str) -> Recorded | None:
        return self._last(lambda one, caused_by: one.begins and caused_by == cause)

    def move_of(self, epoch: int) -> Recorded | None:
        return self._last(lambda one, _: one.begins and one.epoch == epoch)

    def apply(self, *_: object) -> None:
        pass

    def _last(self, fits: object) -> Recorded | None:
        found = [number for number, entry in enumerate(self.ledger) if fits(*entry)]
        return Recorded(found[-1] + 1, self.ledger[found[-1]][0], applied=True) if found else None


class LostEpochs(RuleBasedStateMachine):
    """An honest choose-node and relabel, a broker that loses and repeats, backups, and somebody who forges."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = cluster_of(*NODES)
        self.memory = Memory()
        self.memory.now = self.cluster.now
        self.backup = self.memory.backup
        self.choose = ChooseNode(self.memory, ThesisPolicy(), Patience(), self.cluster.clock)
        self.announced: list[NodeChosen] = []
        self.causes = 0
        self.acted: dict[int, str] = {}
        self.cluster.after_write = self.watch

    def watch(self) -> None:
        """After every write: the fence only grows, and each of its numbers stands for one node."""
        if self.cluster.state is not None:
            epoch, node = self.cluster.state.epoch, self.cluster.state.node
            assert epoch >= max(self.acted, default=0)
            assert self.acted.setdefault(epoch, node) == node

    @rule(node=nodes, lost=st.booleans())
    def the_sun_moves(self, node: str, lost: bool) -> None:
        self.memory.sun = node
        self.announce(self.choose.on_readings(self.cause()), lost=lost)

    @rule(lost=st.booleans())
    def tick(self, lost: bool) -> None:
        self.announce(self.choose.on_tick(self.cause()), lost=lost)
        relabel_on(self.cluster).tick(self.cause())

    @rule(seconds=st.sampled_from([1, 31, 601]))
    def time_passes(self, seconds: int) -> None:
        self.cluster.pass_time(seconds)
        self.memory.now = self.cluster.now

    @precondition(lambda self: self.announced)
    @rule(number=st.integers(0, 1000))
    def repeat(self, number: int) -> None:
        self.deliver(self.announced[number % len(self.announced)])

    @rule()
    def back_up(self) -> None:
        self.backup = self.memory.backup

    @rule()
    def restore(self) -> None:
        self.memory.restore(self.backup)

    @rule(epoch=forged_epochs, node=nodes)
    def forge_a_choice(self, epoch: int, node: str) -> None:
        self.deliver(decision(epoch, node))

    @rule(newest=forged_answers, lost=st.booleans())
    def forge_an_answer(self, newest: int, lost: bool) -> None:
        outdated = ChoiceOutdated(epoch=self.memory.state.epoch, newest=newest)
        self.announce(self.choose.on_outdated(outdated.epoch, outdated.newest, self.cause()), lost=lost)

    @rule(epoch=forged_epochs, node=nodes)
    def forge_a_confirmation(self, epoch: int, node: str) -> None:
        self.choose.on_relabelled(epoch, node, applied=True)

    @rule(paused=st.booleans())
    def people_pause_or_resume(self, paused: bool) -> None:
        control = control_of(self.cluster)
        (control.pause if paused else control.resume)()

    def teardown(self) -> None:
        """With nobody interfering any more, the work is soon where choose-node wants it."""
        control_of(self.cluster).resume()
        for _ in range(4):
            self.time_passes(601)
            self.tick(lost=False)
        state = self.memory.state
        assert self.cluster.sunny == [state.chosen] == [self.memory.sun]
        assert self.cluster.state is not None
        assert self.cluster.state.epoch == state.epoch == state.confirmed_epoch

    def announce(self, recorded: Recorded | None, *, lost: bool) -> None:
        told = announcement(recorded.decision) if recorded else None
        if isinstance(told, NodeChosen):
            self.announced.append(told)
            if not lost:
                self.deliver(told)

    def deliver(self, chosen: NodeChosen) -> None:
        reply = relabel_on(self.cluster).chosen(chosen, f"decision-{chosen.epoch}-{chosen.chosen}")
        if reply is None:
            return
        if isinstance(reply.data, ChoiceOutdated):
            data = reply.data
            self.announce(self.choose.on_outdated(data.epoch, data.newest, self.cause()), lost=False)
        elif isinstance(reply.data, NodeRelabelled):
            applied = reply.data.mode is RelabelMode.APPLY
            self.choose.on_relabelled(reply.data.epoch, reply.data.node, applied=applied)

    def cause(self) -> str:
        self.causes += 1
        return f"c{self.causes}"


LostEpochs.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
test_lost_epochs = LostEpochs.TestCase


def test_both_agree_within_one_answer_after_a_restore():
    world = LostEpochs()
    world.the_sun_moves("a", lost=False)
    world.back_up()
    for node in ("b", "c", "b", "c"):
        world.the_sun_moves(node, lost=False)
    world.restore()
    assert (world.memory.state.epoch, world.cluster.state.epoch) == (1, 5)
    world.the_sun_moves("b", lost=False)
    assert world.cluster.sunny == ["b"]
    assert world.memory.state.epoch == world.cluster.state.epoch == 6


def test_a_restored_choice_that_seems_confirmed_is_asserted():
    world = LostEpochs()
    world.the_sun_moves("a", lost=False)
    world.back_up()
    world.the_sun_moves("b", lost=False)
    world.restore()
    world.memory.sun = "a"
    world.tick(lost=False)
    assert world.cluster.sunny == ["b"]
    world.cluster.now += timedelta(minutes=10)
    world.memory.now = world.cluster.now
    world.tick(lost=False)
    assert world.cluster.sunny == ["a"]


@pytest.mark.parametrize("newest", [0, 1, HIGHEST, HIGHEST + 5, 2**52])
def test_no_forged_answer_makes_an_epoch_fall_or_leap_beyond_what_can_be_true(newest):
    world = LostEpochs()
    world.the_sun_moves("a", lost=False)
    world.the_sun_moves("b", lost=False)
    world.forge_an_answer(newest, lost=False)
    assert (world.memory.state.epoch, len(world.memory.ledger)) == (2, 2)


def test_who_is_pushed_to_the_highest_epoch_goes_on_a_second_later():
    world = LostEpochs()
    world.the_sun_moves("a", lost=False)
    world.forge_an_answer(HIGHEST - 1, lost=True)
    world.forge_a_choice(HIGHEST, "c")
    world.the_sun_moves("b", lost=False)
    assert world.cluster.sunny == ["c"]
    world.time_passes(31)
    world.tick(lost=False)
    assert (world.cluster.sunny, world.memory.state.epoch) == (["b"], HIGHEST + 1)


def test_late_copies_of_older_choices_number_nothing_anew():
    world = LostEpochs()
    for node in ("a", "b", "c"):
        world.the_sun_moves(node, lost=False)
    for chosen in list(world.announced):
        world.deliver(chosen)
    assert (world.memory.state.epoch, world.cluster.sunny) == (3, ["c"])
