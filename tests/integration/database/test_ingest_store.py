"""ingest-reading on real databases: each reading once, the running state true, the bad ones buried."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.errors import Reject, RetryLater
from ahorrater.contracts.events import DeviceStatus, ParkStatus, ReadingReceived
from ahorrater.contracts.readings import Reading
from ahorrater.domain.parks import ParkState
from ahorrater.services.ingest import IngestPolicy, IngestReadings, Refusal

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def reading(seq, node="a", power_w=10.0, at=None, boot=1):
    return Reading(
        node=node,
        boot=boot,
        seq=seq,
        measured_at=at or NOON + timedelta(seconds=seq),
        voltage_v=10,
        current_a=1,
        power_w=power_w,
    )


def numbered(*readings):
    return list(enumerate(readings))


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def service(database):
    policy = IngestPolicy(parks=frozenset({"a", "b"}))
    return IngestReadings(SqlReadingStore(database), policy, lambda: NOON + timedelta(seconds=100))


def rows(database, sql):
    with database.transaction() as transaction:
        return transaction.execute(sql)


def state_of(database, node) -> ParkState:
    with SqlReadingStore(database).transaction() as transaction:
        return transaction.lock_states([node])[node]


def test_a_batch_is_stored_and_the_states_follow(service, database):
    stored = service.ingest(numbered(*(reading(seq, node) for seq in range(12) for node in "ab")), [], "1", "/t")
    assert (stored.stored, stored.duplicates, stored.rejected, stored.nodes) == (24, 0, 0, ("a", "b"))
    assert rows(database, "SELECT count(*), sum(power_w) FROM reading") == [(24, 240.0)]
    state = state_of(database, "a")
    assert [sample.seq for sample in state.recent] == list(range(2, 12))
    assert state.latest.seen_at == NOON + timedelta(seconds=11)


def test_duplicates_are_stored_once_whatever_batch_they_come_in(service, database):
    service.ingest(numbered(reading(1), reading(2), reading(1, power_w=80.0)), [], "1", "/t")
    again = service.ingest(numbered(reading(2), reading(3)), [], "2", "/t")
    assert (again.stored, again.duplicates) == (1, 1)
    assert rows(database, "SELECT seq, power_w FROM reading ORDER BY seq") == [(1, 10.0), (2, 10.0), (3, 10.0)]
    assert [sample.seq for sample in state_of(database, "a").recent] == [1, 2, 3]


def test_a_redelivered_event_changes_nothing(service, database):
    first = service.ingest(numbered(reading(1, power_w=5.0)), [Refusal(1, "no reading", "{}")], "1", "/t")
    before = state_of(database, "a")
    again = service.ingest(numbered(reading(1, power_w=5.0)), [Refusal(1, "no reading", "{}")], "1", "/t")
    assert (first.stored, again.stored, again.duplicates) == (1, 0, 1)
    assert state_of(database, "a") == before
    assert rows(database, "SELECT count(*) FROM dead_letter") == [(1,)]


def test_a_new_boot_counts_anew(service, database):
    stored = service.ingest(numbered(reading(1), reading(1, boot=2)), [], "1", "/t")
    assert stored.stored == 2


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (reading(5, at=NOON + timedelta(seconds=401)), "future"),
        (reading(5, at=NOON - timedelta(days=32)), "too long ago"),
        (reading(5, node="c"), "not a known park"),
    ],
)
def test_the_implausible_is_buried_with_its_reason_and_its_neighbours_are_stored(service, database, bad, says):
    stored = service.ingest(numbered(reading(1), bad, reading(2)), [], "1", "/t")
    assert (stored.stored, stored.rejected) == (2, 1)
    assert stored.rejections[0].index == 1
    assert says in stored.rejections[0].reason
    ((event_type, reason, data),) = rows(database, "SELECT event_type, reason, data FROM dead_letter")
    assert (event_type, says in reason) == (ReadingReceived.TYPE, True)
    assert Reading.model_validate_json(data) == bad


def test_a_clock_that_is_a_little_ahead_is_believed_only_as_far_as_now(service, database):
    ahead = NOON + timedelta(seconds=399)
    assert service.ingest(numbered(reading(5, at=ahead)), [], "1", "/t").stored == 1
    assert state_of(database, "a").latest.seen_at == NOON + timedelta(seconds=100)


def test_a_reading_without_a_time_gets_the_receipt_and_the_mark(service, database):
    undated = Reading(node="a", boot=1, seq=1, measured_at=None, voltage_v=10, current_a=1)
    service.ingest(numbered(undated), [], "1", "/t")
    ((marked, power_w),) = rows(database, "SELECT measured_at_receipt, power_w FROM reading")
    assert (bool(marked), power_w) == (True, 10.0)


def test_reordered_readings_end_in_the_same_window(service, database):
    service.ingest(numbered(*(reading(seq) for seq in (3, 1, 5))), [], "1", "/t")
    service.ingest(numbered(*(reading(seq) for seq in (4, 2))), [], "2", "/t")
    assert [sample.seq for sample in state_of(database, "a").recent] == [1, 2, 3, 4, 5]


def test_the_newest_word_of_a_device_wins(service, database):
    for status, second in (("online", 0), ("offline", 20), ("online", 10)):
        service.device(ParkStatus(node="a", status=DeviceStatus(status), boot=1, at=NOON + timedelta(seconds=second)))
    assert rows(database, "SELECT status FROM device") == [("offline",)]


def test_the_device_of_an_unknown_park_is_refused_and_nothing_is_remembered_of_it(service, database):
    with pytest.raises(Reject, match="c is not a known park"):
        service.device(ParkStatus(node="c", status=DeviceStatus.ONLINE, boot=1, at=NOON))
    assert rows(database, "SELECT count(*) FROM device") == [(0,)]


def test_replicas_at_once_store_each_once_and_lose_no_state(database_url, database):
    seqs = range(200)

    def replica(turn):
        own = Database(database_url)
        service = IngestReadings(SqlReadingStore(own), IngestPolicy(), lambda: NOON + timedelta(seconds=300))
        for begin in range(turn % 2 * 10, 200, 10):
            batch = [reading(seq, node) for seq in seqs[begin : begin + 20] for node in ("a", "b")]
            _insist(service, numbered(*(batch if turn % 2 else reversed(batch))), f"{turn}-{begin}")
        own.close()

    threads = [threading.Thread(target=replica, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert rows(database, "SELECT count(*) FROM reading") == [(400,)]
    for node in ("a", "b"):
        assert {sample.seq for sample in state_of(database, node).recent} == set(range(190, 200))


def _insist(service, readings, event_id):
    """What a broker does: a deadlock or a lock that is held too long is a reason to try again."""
    for _ in range(10):
        try:
            service.ingest(readings, [], event_id, "/t")
        except RetryLater:
            continue
        return
    raise AssertionError("ten tries were not enough")


def test_what_was_not_committed_is_not_there(database):
    def fail_after_writing():
        with SqlReadingStore(database).transaction() as transaction:
            transaction.insert([reading(1)], NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    assert rows(database, "SELECT count(*) FROM reading") == [(0,)]


def test_a_database_that_is_not_there_is_a_reason_to_retry(tmp_path):
    service = IngestReadings(SqlReadingStore(Database(f"sqlite:///{tmp_path}/none.db")), IngestPolicy(), lambda: NOON)
    with pytest.raises(RetryLater, match="migrate"):
        service.ingest(numbered(reading(1)), [], "1", "/t")


def test_postgresql_may_go_away_and_come_back(postgresql):
    from ahorrater.adapters.database.migrate import migrate

    with postgresql.database() as url:
        migrate(url)
        database = Database(url)
        service = IngestReadings(SqlReadingStore(database), IngestPolicy(), lambda: NOON)
        service.ingest(numbered(reading(1)), [], "1", "/t")
        postgresql.stop("immediate")
        try:
            with pytest.raises(RetryLater):
                service.ingest(numbered(reading(2)), [], "2", "/t")
        finally:
            postgresql.start()
        _insist(service, numbered(reading(2)), "2")
        assert rows(database, "SELECT count(*) FROM reading") == [(2,)]
        database.close()
