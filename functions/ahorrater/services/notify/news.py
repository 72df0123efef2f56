"""Hears events and queues what is news in them. Never speaks to Telegram: whoever hears an event answers at once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from pydantic import TypeAdapter

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import (
    DeviceStatus,
    MoveFailed,
    NodeChosen,
    NodeHeld,
    NodeRelabelled,
    ParkStatus,
    RelabelMode,
    WorkloadOutcome,
)
from ahorrater.domain.news import (
    Choice,
    Contact,
    Digest,
    Failed,
    News,
    Relabelled,
    ToldChoice,
    ToldContact,
    ToldDay,
    ToldEpoch,
    ToldSilence,
    judge_choice,
    judge_contact,
    judge_day,
    judge_epoch,
    judge_silence,
)
from ahorrater.services.notify.ports import NewsStore

DIGEST = "digest"
MAX_RACES = 5
"""How often another replica may be faster, with news of the same matter, before the event is left for later."""
Told = TypeVar("Told")
Judge = Callable[[Told | None], tuple[Told, News | None] | None]


class Notifier:
    """Turns events into queued news, each told once whatever is repeated, reordered or restarted.

    `wake` tells the one who delivers that there is something.
    """

    def __init__(
        self, store: NewsStore, recipients: Sequence[str], clock: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._store, self._recipients, self._clock, self._wake = store, tuple(recipients), clock, wake

    def hear_choice(self, event: NodeChosen) -> None:
        """Another node is the sunny one; which also ends a silence of all parks."""
        choice = _choice(event)
        self._hear("chosen", ToldChoice, lambda told: judge_choice(told, choice, self._clock()))
        self._hear("silence", ToldSilence, lambda told: judge_silence(told, choice))

    def hear_held(self, event: NodeHeld) -> None:
        """Every park fell silent, or the first is heard again: the sunny node stays."""
        choice = _choice(event)
        self._hear("silence", ToldSilence, lambda told: judge_silence(told, choice))

    def hear_relabelled(self, event: NodeRelabelled) -> None:
        """The label and the workloads are where they should be."""
        recommended = event.mode is RelabelMode.RECOMMEND_ONLY
        would = sum(move.pods for move in event.workloads if move.outcome is WorkloadOutcome.WOULD_MOVE)
        pods = would if recommended else event.pods_moved
        duration_s, epoch, also = event.duration_s, event.epoch, event.also
        news = Relabelled(event.node, event.previous, recommended, pods, duration_s, epoch, also)
        self._hear_epoch("recommended" if recommended else "relabelled", event.epoch, news)

    def hear_failure(self, event: MoveFailed) -> None:
        """A move that did not succeed."""
        news = Failed(event.node, event.previous, event.reason, event.undone, event.duration_s)
        self._hear_epoch("failed", event.epoch, news)

    def hear_park(self, event: ParkStatus) -> None:
        """A device came, went or sleeps; one that sleeps has said so and is not lost."""
        lost = event.status is DeviceStatus.OFFLINE

        def judge(told: ToldContact | None) -> tuple[ToldContact, Contact | None] | None:
            return judge_contact(told, event.node, lost=lost, boot=event.boot, at=event.at)

        self._hear(f"park/{event.node}", ToldContact, judge)

    def knows_day(self, day: date) -> bool:
        """Whether people were told that day's account, or a later one's."""
        with self._store.transaction() as transaction:
            told = transaction.told(DIGEST)
        return told is not None and TypeAdapter(ToldDay).validate_json(told).day >= day

    def tell_day(self, digest: Digest) -> None:
        """A day's account."""
        self._hear(DIGEST, ToldDay, lambda told: judge_day(told, digest))

    def _hear_epoch(self, topic: str, epoch: int, news: News) -> None:
        def judge(told: ToldEpoch | None) -> tuple[ToldEpoch, News] | None:
            newer = judge_epoch(told, epoch, self._clock())
            return None if newer is None else (newer, news)

        self._hear(topic, ToldEpoch, judge)

    def _hear(self, topic: str, kind: type[Told], judge: Judge[Told]) -> None:
        memory: TypeAdapter[Told] = TypeAdapter(kind)
        for _ in range(MAX_RACES):
            if self._try_to_tell(topic, memory, judge):
                return
        raise RetryLater(f"other replicas are telling news of {topic}")

    def _try_to_tell(self, topic: str, memory: TypeAdapter[Told], judge: Judge[Told]) -> bool:
        """False if another replica was faster: then what is news has to be judged again."""
        with self._store.transaction() as transaction:
            before = transaction.told(topic)
            judged = judge(None if before is None else memory.validate_json(before))
            if judged is None:
                return True
            told, news = judged
            at = self._clock()
            if not transaction.replace_told(topic, before, memory.dump_json(told).decode(), at):
                return False
            if news is not None:
                transaction.enqueue(self._recipients, topic, adapter_of(News).dump_json(news).decode(), at)
        if news is not None:
            self._wake()
        return True


def _choice(event: NodeChosen | NodeHeld) -> Choice:
    power_w = {park.node: park.power_w if park.score_w is None else park.score_w for park in event.parks}
    return Choice(
        epoch=event.epoch,
        decided_at=event.decided_at,
        node=event.chosen,
        previous=event.previous,
        reason=event.reason,
        power_w=power_w.get(event.chosen),
        previous_power_w=power_w.get(event.previous) if event.previous else None,
    )
