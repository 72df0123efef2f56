"""The accounts on real databases: readings and choices in, days out."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.database.accounting import AccountingQueries
from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.moves import SqlMoveBook
from ahorrater.adapters.database.queries import EnergyQueries
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.adapters.trace_csv import TraceError
from ahorrater.adapters.traces import trace_of
from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import FailureReason, RelabelMode
from ahorrater.contracts.readings import Reading
from ahorrater.domain.accounting import Tariff
from ahorrater.domain.policies import ThesisPolicy
from ahorrater.services.accounting import Accounting
from ahorrater.services.choose import ChooseNode, Patience
from ahorrater.services.ingest import IngestPolicy, IngestReadings
from ahorrater.services.moves import MovesLedger
from tests.unit.move_events import failed_move, relabelled

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def live(database, story, *, mode=RelabelMode.APPLY):
    """Plays (minute, powers) through ingest-reading and choose-node, whose choices are carried out, or recommended."""
    now = NOON
    moves = MovesLedger(SqlMoveBook(database), lambda: now)
    ingest = IngestReadings(SqlReadingStore(database), IngestPolicy(), lambda: now)
    choose = ChooseNode(SqlChoiceStore(database), ThesisPolicy(), Patience(), lambda: now)
    for seq, (minute, powers) in enumerate(story):
        now = NOON + timedelta(minutes=minute)
        readings = [
            Reading(node=node, boot=1, seq=seq, measured_at=now, voltage_v=20, current_a=1, power_w=power_w)
            for node, power_w in powers.items()
        ]
        ingest.ingest(list(enumerate(readings)), [], str(seq), "/t")
        told = choose.on_readings(f"/t#{seq}")
        if told is not None:
            moves.on_relabelled(relabelled(told.decision.epoch, told.decision.chosen, mode=mode), f"/relabel#{seq}")


def test_days_by_node_against_having_stayed(database, database_url):
    live(
        database,
        [
            (0, {"a": 30.0, "b": 6.0}),
            (5, {"a": 0.0, "b": 60.0}),
            (10, {"a": 0.0, "b": 60.0}),
            (15, {"a": 0.0, "b": 60.0}),
        ],
    )
    accounting = Accounting(
        lambda: AccountingQueries(database_url), Tariff(30, 0.5, 0.2), lambda: NOON + timedelta(hours=1)
    )
    [day] = accounting.days(None, None)
    assert day.day == NOON.date()
    assert day.served_wh == pytest.approx({"a": 2.5, "b": 7.5})
    assert (day.moves, day.net_wh, day.stay_put_wh, day.gain_wh) == pytest.approx((1, 9.5, 2.5, 7.0))
    assert day.saved_co2_kg == pytest.approx(9.5 / 1000 * 0.2)
    assert (day.needed_wh, day.renewable_share) == pytest.approx((30 * 20 / 60, 1.0))
    assert accounting.days(NOON + timedelta(minutes=20), None) == []


def test_what_is_only_recommended_moves_nothing_in_the_accounts(database, database_url):
    live(database, [(0, {"a": 30.0, "b": 6.0}), (5, {"a": 0.0, "b": 60.0})], mode=RelabelMode.RECOMMEND_ONLY)
    accounting = Accounting(lambda: AccountingQueries(database_url), Tariff(), lambda: NOON + timedelta(hours=1))
    assert accounting.days(None, None) == []


def test_a_move_by_hand_counts_and_one_that_failed_does_not(database, database_url):
    live(database, [(minute, {"a": 30.0, "b": 6.0}) for minute in range(0, 20, 5)])
    now = NOON + timedelta(minutes=12)
    moves = MovesLedger(SqlMoveBook(database), lambda: now)
    moves.on_relabelled(relabelled(1, "b", "a"), "/relabel#by-hand")
    moves.on_failed(failed_move(2, "a", "b", reason=FailureReason.NO_ROOM), "/relabel#failed")
    accounting = Accounting(lambda: AccountingQueries(database_url), Tariff(), lambda: NOON + timedelta(hours=1))
    [day] = accounting.days(None, None)
    assert day.served_wh == pytest.approx({"a": 30 * 12 / 60, "b": 6 * 8 / 60})
    assert (day.moves, day.stay_put_wh) == (1, pytest.approx(10.0))
    assert (day.needed_wh, day.renewable_share) == (None, None)


def test_all_that_share_the_work_are_accounted(database, database_url):
    live(database, [(minute, {"a": 30.0, "b": 6.0}) for minute in range(0, 20, 5)])
    moves = MovesLedger(SqlMoveBook(database), lambda: NOON + timedelta(minutes=10))
    moves.on_relabelled(relabelled(2, "a", "a", labels_after={"a": "1", "b": "1", "c": None}), "/relabel#shared")
    accounting = Accounting(lambda: AccountingQueries(database_url), Tariff(40), lambda: NOON + timedelta(hours=1))
    [day] = accounting.days(None, None)
    assert day.served_wh == pytest.approx({"a": 10.0, "b": 6 * 10 / 60})
    assert (day.moves, day.renewable_share) == (1, pytest.approx(11 / (40 * 20 / 60)))
    [shared, alone] = EnergyQueries(database_url, timedelta(seconds=90)).moves(None, None, 50)
    assert (shared.also, alone.also) == (("b",), ())
    assert "also" not in alone.model_dump_json()


def test_an_interval_that_still_runs_counts_for_as_long_as_it_has_run(database, database_url):
    live(database, [(0, {"a": 30.0, "b": 6.0})])
    accounting = Accounting(lambda: AccountingQueries(database_url), Tariff(), lambda: NOON + timedelta(minutes=1))
    [day] = accounting.days(None, None)
    assert day.served_wh == pytest.approx({"a": 0.5})


@pytest.mark.parametrize(("since", "until"), [(NOON, NOON), (NOON - timedelta(days=32), NOON)])
def test_a_span_that_makes_no_sense_is_rejected(since, until):
    with pytest.raises(Reject):
        Accounting(lambda: pytest.fail("nothing is asked"), Tariff(), lambda: NOON).days(since, until)


def test_the_stored_readings_can_be_replayed(database, database_url):
    live(database, [(minute, {"a": 30.0, "b": float(minute)}) for minute in range(5)])
    intervals = AccountingQueries(database_url).intervals(NOON, NOON + timedelta(hours=1), timedelta(minutes=1))
    trace = trace_of(intervals, ("b", "a"), timedelta(minutes=1))
    assert (trace.nodes, len(trace.times)) == (("b", "a"), 5)
    assert [list(column) for column in trace.power_w] == [[0, 1, 2, 3, 4], [30] * 5]
    with pytest.raises(TraceError, match="no readings of c"):
        trace_of(intervals, ("c",), timedelta(minutes=1))
