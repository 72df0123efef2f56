"""From events to what is queued: once each, whatever is repeated, reordered, or done by another replica."""

import pytest

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import (
    DeviceStatus,
    NodeChosen,
    NodeHeld,
    ParkNumbers,
    ParkStatus,
    RelabelMode,
    WorkloadKind,
    WorkloadMove,
    WorkloadOutcome,
)
from ahorrater.domain.decision import Reason
from ahorrater.domain.news import Chosen, Contact, Failed, News, Relabelled, Silence
from ahorrater.services.notify.news import MAX_RACES, Notifier
from tests.unit import move_events
from tests.unit.notify.notify_fakes import NOON, FakeNewsStore, SetClock


class Desk:
    """A Notifier with its surroundings."""

    def __init__(self, recipients=("1",)):
        self.store, self.clock, self.wakes = FakeNewsStore(), SetClock(), 0
        self.notifier = Notifier(self.store, recipients, self.clock, self.wake)

    def wake(self):
        self.wakes += 1

    def queued(self, chat="1"):
        return {
            topic: adapter_of(News).validate_json(row.queued.news)
            for (of, topic), row in self.store.rows.items()
            if of == chat
        }

    def times(self, topic, chat="1"):
        return self.store.rows[chat, topic].queued.times


@pytest.fixture
def desk():
    return Desk()


def decision(kind, epoch=1, chosen="b", previous="a", reason=Reason.BETTER_NODE, parks=()):
    return kind(
        epoch=epoch,
        decided_at=NOON,
        policy="hysteresis",
        chosen=chosen,
        previous=previous,
        reason=reason,
        sentence="so it is",
        parks=parks,
    )


def park(node, power_w, score_w):
    return ParkNumbers(node=node, freshness="fresh", age_s=1.0, power_w=power_w, score_w=score_w)


def relabelled(epoch=1, mode=RelabelMode.APPLY):
    recommended = mode is RelabelMode.RECOMMEND_ONLY
    outcome = WorkloadOutcome.WOULD_MOVE if recommended else WorkloadOutcome.MOVED
    move = WorkloadMove(kind=WorkloadKind.DEPLOYMENT, namespace="shop", name="web", outcome=outcome, pods=2)
    pods = 0 if recommended else 2
    return move_events.relabelled(epoch, "b", "a", mode=mode, workloads=(move,), pods_moved=pods, duration_s=3.5)


def status(value, boot=1, at=NOON, node="n"):
    return ParkStatus(node=node, status=value, boot=boot, at=at)


def test_a_choice_says_the_powers_that_decided(desk):
    parks = (park("a", 5.0, 3.0), park("b", 11.0, None), park("c", 1.0, 1.0))
    desk.notifier.hear_choice(decision(NodeChosen, parks=parks))
    assert desk.queued() == {"chosen": Chosen("b", "a", Reason.BETTER_NODE, 11.0, 3.0)}


def test_each_kind_of_news(desk):
    desk.notifier.hear_choice(decision(NodeChosen))
    desk.notifier.hear_relabelled(relabelled(mode=RelabelMode.RECOMMEND_ONLY))
    desk.notifier.hear_failure(move_events.failed_move(1, "b", "a"))
    desk.notifier.hear_park(status(DeviceStatus.OFFLINE))
    desk.clock.forward(1)
    assert desk.queued() == {
        "chosen": Chosen("b", "a", Reason.BETTER_NODE),
        "recommended": Relabelled("b", "a", recommended_only=True, pods_moved=2, duration_s=3.5, epoch=1),
        "failed": Failed("b", "a", "pods-pending", undone=True, duration_s=60),
        "park/n": Contact("n", lost=True),
    }


def test_a_move_that_was_recommended_first_is_told_too(desk):
    for mode in (RelabelMode.RECOMMEND_ONLY, RelabelMode.APPLY, RelabelMode.RECOMMEND_ONLY):
        desk.notifier.hear_relabelled(relabelled(7, mode))
    told = {topic: news.recommended_only for topic, news in desk.queued().items()}
    assert told == {"recommended": True, "relabelled": False}


def test_silence_is_a_matter_of_its_own(desk):
    desk.notifier.hear_held(decision(NodeHeld, previous="b", reason=Reason.ALL_STALE))
    assert desk.queued() == {"silence": Silence("b", over=False)}


REPEATED = [
    lambda notifier: notifier.hear_choice(decision(NodeChosen)),
    lambda notifier: notifier.hear_held(decision(NodeHeld, previous="b", reason=Reason.ALL_STALE)),
    lambda notifier: notifier.hear_relabelled(relabelled()),
    lambda notifier: notifier.hear_failure(move_events.failed_move(1, "b", "a")),
    lambda notifier: notifier.hear_park(status(DeviceStatus.OFFLINE)),
]


@pytest.mark.parametrize("hear", REPEATED)
def test_what_is_heard_again_is_told_once_also_after_a_restart(hear):
    desk = Desk()
    for _ in range(3):
        hear(desk.notifier)
    hear(Notifier(desk.store, ("1",), desk.clock, desk.wake))
    assert desk.wakes == 1
    assert [row.queued.times for row in desk.store.rows.values()] == [1]


@pytest.mark.parametrize("hear", REPEATED)
def test_what_was_told_stays_told_when_the_queue_is_empty(hear):
    desk = Desk()
    hear(desk.notifier)
    desk.store.rows.clear()
    hear(desk.notifier)
    assert desk.store.rows == {}


@pytest.mark.parametrize(
    ("statuses", "news"),
    [
        (["online"], None),
        (["sleeping"], None),
        (["offline"], Contact("n", lost=True)),
        (["online", "sleeping", "online"], None),
        (["sleeping", "offline"], Contact("n", lost=True)),
        (["offline", "sleeping"], Contact("n", lost=False, away_s=60)),
        (["offline", "online"], Contact("n", lost=False, away_s=60)),
    ],
)
def test_a_park_that_sleeps_is_not_lost(desk, statuses, news):
    for value in statuses:
        desk.notifier.hear_park(status(DeviceStatus(value), at=desk.clock()))
        desk.clock.forward(60)
    assert desk.queued().get("park/n") == news


def test_the_newest_state_wins_and_the_rest_is_counted(desk):
    for epoch in range(1, 1001):
        desk.notifier.hear_relabelled(relabelled(epoch))
    assert len(desk.store.rows) == 1
    assert desk.times("relabelled") == 1000


def test_every_recipient_has_a_queue():
    desk = Desk(recipients=("1", "2"))
    desk.notifier.hear_choice(decision(NodeChosen))
    assert desk.queued("1") == desk.queued("2") != {}


def test_another_replica_that_was_faster_has_told(desk):
    other = Notifier(desk.store, ("1",), desk.clock, desk.wake)
    desk.store.faster = lambda: other.hear_relabelled(relabelled(5))
    desk.notifier.hear_relabelled(relabelled(5))
    assert desk.times("relabelled") == 1


def test_an_older_epoch_that_was_faster_hides_nothing(desk):
    other = Notifier(desk.store, ("1",), desk.clock, desk.wake)
    desk.store.faster = lambda: other.hear_relabelled(relabelled(4))
    desk.notifier.hear_relabelled(relabelled(5))
    assert desk.times("relabelled") == 2


def test_endless_races_leave_the_event_for_later(desk):
    def always_faster():
        races.append(1)
        desk.store.memory["relabelled"] = f'{{"epoch": -{len(races)}}}'
        desk.store.faster = always_faster

    races = []
    desk.store.memory["relabelled"] = '{"epoch": -99}'
    desk.store.faster = always_faster
    with pytest.raises(RetryLater):
        desk.notifier.hear_relabelled(relabelled())
    assert len(races) == MAX_RACES
    assert desk.store.rows == {}


def test_a_database_that_is_away_leaves_the_event_for_later(desk):
    desk.store.away = True
    with pytest.raises(RetryLater):
        desk.notifier.hear_choice(decision(NodeChosen))
    desk.store.away = False
    desk.notifier.hear_choice(decision(NodeChosen))
    assert "chosen" in desk.queued()
