"""When queued news is sent, as one message, and what happens when it cannot be."""

from datetime import timedelta

import pytest

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.news import Contact, News, Relabelled
from ahorrater.domain.wording import Language
from ahorrater.services.notify.delivery import LEASE, MAX_BACKOFF_S, Delivery
from ahorrater.services.notify.ports import ChatRefused, MessengerAway
from tests.unit.notify.notify_fakes import FakeMessenger, FakeNewsStore, SetClock


class Desk:
    """A Delivery with its surroundings."""

    def __init__(self, fold_s=10.0, recipients=("1",)):
        self.store, self.messenger, self.clock = FakeNewsStore(), FakeMessenger(), SetClock()
        self.fold, self.recipients = timedelta(seconds=fold_s), recipients
        self.delivery = self.another()

    def another(self):
        return Delivery(self.store, self.messenger, self.recipients, lambda _: Language.ENGLISH, self.fold, self.clock)

    def queue(self, node="n", topic=None, lost=True):
        news = adapter_of(News).dump_json(Contact(node, lost=lost)).decode()
        self.store.enqueue(self.recipients, topic or f"park/{node}", news, self.clock())

    def texts(self, chat="1"):
        return [text for of, text in self.messenger.sent if of == chat]


@pytest.mark.parametrize(
    ("fold_s", "after_s", "messages", "wait_s"),
    [
        (10, 0, 0, 10),
        (10, 9.999, 0, 0.001),
        (10, 10, 1, None),
        (10, 10.001, 1, None),
        (0, 0, 1, None),
        (60, 59, 0, 1),
        (60, 61, 1, None),
    ],
)
def test_the_fold_window(fold_s, after_s, messages, wait_s):
    desk = Desk(fold_s)
    desk.queue()
    desk.clock.forward(after_s)
    assert desk.delivery.deliver() == (None if wait_s is None else pytest.approx(wait_s))
    assert len(desk.texts()) == messages


def test_each_chat_is_told_in_its_language_with_the_buttons_that_belong_to_it():
    desk = Desk(0, recipients=("1", "2"))
    language_of = {"1": Language.ENGLISH, "2": Language.SPANISH}.__getitem__
    delivery = Delivery(desk.store, desk.messenger, desk.recipients, language_of, desk.fold, desk.clock)
    news = adapter_of(News).dump_json(Relabelled("b", "a", True, 1, 0.0, epoch=7)).decode()
    desk.store.enqueue(desk.recipients, "recommended", news, desk.clock())
    delivery.deliver()
    assert [text.split(":")[0] for _, text in desk.messenger.sent] == ["💡 Recommendation", "💡 Recomendación"]
    labels = [[button.label for row in rows for button in row] for rows in desk.messenger.buttons]
    assert labels == [["✅ Approve", "🚫 Veto"], ["✅ Aprobar", "🚫 Vetar"]]


def test_what_comes_within_the_window_is_one_message_and_does_not_move_its_end():
    desk = Desk(10)
    for number in range(10):
        desk.queue(f"n{number}")
        assert desk.delivery.deliver() == pytest.approx(10 - number)
        desk.clock.forward(1)
    assert desk.delivery.deliver() is None
    assert len(desk.texts()) == 1
    assert desk.texts()[0].startswith("🔌 10 parks")


def test_what_comes_after_the_window_is_another_message():
    desk = Desk(10)
    desk.queue("a")
    desk.clock.forward(10)
    desk.delivery.deliver()
    desk.queue("b")
    assert desk.delivery.deliver() == 10
    desk.clock.forward(10)
    desk.delivery.deliver()
    assert len(desk.texts()) == 2


def test_nothing_waits():
    assert Desk().delivery.deliver() is None


def test_news_that_comes_while_its_matter_is_being_sent_is_sent_next():
    desk = Desk(0)
    desk.queue("a", lost=True)
    desk.messenger.during = lambda: desk.queue("a", lost=False) if not desk.messenger.sent else None
    desk.delivery.deliver()
    desk.messenger.during = None
    desk.delivery.deliver()
    assert desk.texts() == ["🔌 The park of a does not answer.", "🔋 The park of a answers again."]
    assert desk.store.rows == {}


AWAY = MessengerAway("down")


@pytest.mark.parametrize(
    ("troubles", "waits_s"),
    [
        ([AWAY], [1]),
        ([AWAY] * 4, [1, 2, 4, 8]),
        ([AWAY] * 20, [1, 2, 4, 8, 16, 32, *[MAX_BACKOFF_S] * 14]),
        ([MessengerAway("slower", 17)], [17]),
        ([MessengerAway("slower", 300), AWAY], [300, 2]),
        ([AWAY, None, AWAY], [1, None, 1]),
        ([ZeroDivisionError()], [1]),
    ],
)
def test_backing_off(troubles, waits_s):
    desk = Desk(0)
    desk.messenger.troubles = list(troubles)
    for wait_s in waits_s:
        desk.queue()
        assert desk.delivery.deliver() == wait_s
        desk.clock.forward(wait_s or 0)
    desk.queue()
    assert desk.delivery.deliver() is None
    assert desk.store.rows == {}


@pytest.mark.parametrize(("after_s", "sent"), [(16.999, 0), (17, 1), (17.001, 1)])
def test_a_pause_that_telegram_asks_for_is_kept(after_s, sent):
    desk = Desk(0)
    desk.messenger.troubles = [MessengerAway("slower", 17)]
    desk.queue()
    desk.delivery.deliver()
    desk.clock.forward(after_s)
    desk.queue("more")
    desk.delivery.deliver()
    assert len(desk.texts()) == sent


def test_a_day_without_telegram_is_one_message_afterwards():
    desk = Desk(10)
    desk.messenger.troubles = [AWAY] * 10_000
    for minute in range(24 * 60):
        desk.queue(f"n{minute % 4}", lost=minute % 8 < 4)
        desk.delivery.deliver()
        desk.clock.forward(60)
        assert len(desk.store.rows) <= 4
    desk.messenger.troubles.clear()
    desk.delivery.deliver()
    assert len(desk.texts()) == 1


def test_a_chat_that_refuses_loses_its_news_and_no_other_chat_does(caplog):
    desk = Desk(0, recipients=("1", "2"))
    desk.messenger.troubles = [ChatRefused("bot was kicked"), None]
    desk.queue()
    assert desk.delivery.deliver() is None
    assert (desk.texts("1"), len(desk.texts("2"))) == ([], 1)
    assert "bot was kicked" in caplog.text


def test_a_chat_that_is_away_delays_no_other():
    desk = Desk(0, recipients=("1", "2"))
    desk.messenger.troubles = [AWAY, None]
    desk.queue()
    assert desk.delivery.deliver() == 1
    assert len(desk.texts("2")) == 1
    desk.clock.forward(1)
    desk.delivery.deliver()
    assert (len(desk.texts("1")), len(desk.texts("2"))) == (1, 1)


@pytest.mark.parametrize(("after", "sent"), [(LEASE - timedelta(seconds=1), 0), (LEASE + timedelta(seconds=1), 1)])
def test_what_a_killed_replica_was_sending_is_sent_after_its_lease(after, sent):
    desk = Desk(0)
    desk.queue()
    desk.store.claim("1", desk.clock(), desk.clock() + LEASE)
    desk.clock.forward(after.total_seconds())
    desk.another().deliver()
    assert len(desk.texts()) == sent


def test_two_replicas_send_once():
    desk = Desk(0)
    other = desk.another()
    desk.messenger.during = lambda: other.deliver() if not desk.messenger.sent else None
    desk.queue()
    desk.delivery.deliver()
    assert len(desk.texts()) == 1


def test_what_cannot_be_read_hides_nothing_else(caplog):
    desk = Desk(0)
    desk.store.enqueue(("1",), "from-the-future", '{"kind": "eclipse"}', desk.clock())
    desk.queue("a")
    desk.delivery.deliver()
    assert desk.texts() == ["🔌 The park of a does not answer."]
    assert desk.store.rows == {}
    assert "from-the-future" in caplog.text


def test_only_unreadable_news_sends_nothing():
    desk = Desk(0)
    desk.store.enqueue(("1",), "from-the-future", "{}", desk.clock())
    assert desk.delivery.deliver() is None
    assert (desk.texts(), desk.store.rows) == ([], {})


def test_what_waits_for_chats_that_are_gone_is_dropped():
    desk = Desk(0)
    desk.queue("a")
    news = adapter_of(News).dump_json(Relabelled("b", "a", False, 1, 1)).decode()
    desk.store.enqueue(("left",), "relabelled", news, desk.clock())
    desk.delivery.begin()
    assert set(desk.store.rows) == {("1", "park/a")}


def test_a_database_that_is_away_is_the_workers_to_wait_for():
    desk = Desk(0)
    desk.store.away = True
    with pytest.raises(RetryLater):
        desk.delivery.deliver()
