"""The memory of notify: the fake of the unit tests, SQLite and PostgreSQL behave alike."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.migrate import migrate
from ahorrater.adapters.database.news import SqlNewsStore
from ahorrater.contracts.events import DeviceStatus, ParkStatus
from ahorrater.services.notify.news import Notifier
from ahorrater.services.notify.ports import NewsStore, Queued
from tests.unit.notify.notify_fakes import NOON, FakeNewsStore

OpenStore = Callable[[], NewsStore]


def later(seconds: float):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path) -> Iterator[OpenStore]:
    """Opens the same store again, as another replica does."""
    if request.param == "fake":
        store = FakeNewsStore()
        yield lambda: store
        return
    databases: list[Database] = []

    def connect(url: str) -> NewsStore:
        databases.append(Database(url))
        return SqlNewsStore(databases[-1])

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/ahorrater.db"
        migrate(url)
        yield lambda: connect(url)
    else:
        with request.getfixturevalue("postgresql").database() as url:
            migrate(url)
            yield lambda: connect(url)
            for database in databases:
                database.close()


def enqueue(store, *topics, chats=("1",), at=NOON, news="{}"):
    with store.transaction() as transaction:
        for topic in topics:
            transaction.enqueue(chats, topic, news, at)


def claim(store, now=NOON, until=None, chat="1"):
    with store.transaction() as transaction:
        return transaction.claim(chat, now, until or now + timedelta(seconds=30))


def waiting(store, chat="1"):
    with store.transaction() as transaction:
        return transaction.waiting(chat)


@pytest.mark.parametrize(
    ("swaps", "told"),
    [
        ([(None, "1", True)], "1"),
        ([(None, "1", True), (None, "2", False)], "1"),
        ([(None, "1", True), ("1", "2", True)], "2"),
        ([(None, "1", True), ("0", "2", False)], "1"),
        ([("0", "2", False)], None),
    ],
)
def test_telling_is_compare_and_swap(open_store, swaps, told):
    for expected, new, swapped in swaps:
        with open_store().transaction() as transaction:
            assert transaction.replace_told("topic", expected, new, NOON) is swapped
    with open_store().transaction() as transaction:
        assert transaction.told("topic") == told
        assert transaction.told("other") is None


def test_what_is_told_and_what_is_queued_change_together(open_store):
    store = open_store()

    def tell_and_fail():
        with store.transaction() as transaction:
            transaction.replace_told("topic", None, "1", NOON)
            transaction.enqueue(("1",), "topic", "{}", NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_and_fail()
    with open_store().transaction() as transaction:
        assert (transaction.told("topic"), transaction.waiting("1")) == (None, None)


def test_the_newest_state_of_a_matter_stands_for_all(open_store):
    store = open_store()
    for second, news in enumerate("abc"):
        enqueue(store, "topic", at=later(second), news=news)
    assert waiting(store) == (NOON, NOON)
    assert claim(open_store()) == [Queued("topic", "c", 3, NOON, later(2))]


def test_each_chat_has_a_queue(open_store):
    store = open_store()
    enqueue(store, "topic", chats=("1", "2"))
    with store.transaction() as transaction:
        transaction.settle("1", transaction.claim("1", NOON, later(30)))
    assert waiting(store, "1") is None
    assert len(claim(store, chat="2")) == 1


def test_what_is_claimed_is_one_replicas_until_its_lease_ends(open_store):
    enqueue(open_store(), "a", "b")
    assert len(claim(open_store(), NOON, later(30))) == 2
    assert waiting(open_store()) == (NOON, later(30))
    assert claim(open_store(), later(29)) == []
    assert len(claim(open_store(), later(30))) == 2


def test_what_comes_while_others_are_claimed_can_be_claimed(open_store):
    store = open_store()
    enqueue(store, "a")
    claim(store, NOON, later(30))
    enqueue(store, "b", at=later(1))
    assert waiting(store) == (NOON, later(1))
    assert [one.topic for one in claim(open_store(), later(1))] == ["b"]


def test_released_is_free(open_store):
    store = open_store()
    enqueue(store, "a")
    claimed = claim(store)
    with store.transaction() as transaction:
        transaction.release("1", claimed)
    assert claim(open_store()) == claimed


def test_what_came_during_the_sending_is_kept_and_counted_apart(open_store):
    store = open_store()
    enqueue(store, "a", "b", news="old")
    claimed = claim(store)
    for second in (5, 7):
        enqueue(open_store(), "a", at=later(second), news="new")
    with store.transaction() as transaction:
        transaction.settle("1", claimed)
    assert waiting(store) == (later(7), later(7))
    assert claim(store) == [Queued("a", "new", 2, later(7), later(7))]


def test_chats_that_are_gone_are_forgotten(open_store):
    store = open_store()
    enqueue(store, "a", "b", chats=("1", "left"))
    with store.transaction() as transaction:
        assert transaction.forget_other_chats(("1", "new")) == 2
        assert transaction.forget_other_chats(("1", "new")) == 0
    assert (waiting(store, "left"), len(claim(store))) == (None, 2)


def test_replicas_that_hear_the_same_at_once_tell_it_once(database_url):
    """Twelve events, each heard by four replicas at the same time."""
    replicas = [Database(database_url) for _ in range(4)]
    ready, failures = threading.Barrier(len(replicas)), []

    def hear(database):
        notifier = Notifier(SqlNewsStore(database), ("1",), lambda: NOON, lambda: None)
        ready.wait(20)
        try:
            for number in range(12):
                notifier.hear_park(ParkStatus(node=f"n{number}", status=DeviceStatus.OFFLINE, boot=1, at=NOON))
        except Exception as error:  # noqa: BLE001 -- the test tells which
            failures.append(error)

    threads = [threading.Thread(target=hear, args=(database,)) for database in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sorted(one.times for one in claim(SqlNewsStore(replicas[0]))) == [1] * 12
    for database in replicas:
        database.close()
