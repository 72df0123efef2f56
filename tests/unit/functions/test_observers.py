"""What the functions' results become in numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Registry
from ahorrater.adapters.observers.decisions import DecisionObserver
from ahorrater.adapters.observers.energy import EnergyObserver
from ahorrater.adapters.observers.fuel import FuelObserver, PricesObserver
from ahorrater.adapters.observers.letters import LetterObserver
from ahorrater.adapters.observers.moves import MoveObserver
from ahorrater.adapters.observers.news import CountedMessenger, NewsObserver
from ahorrater.adapters.observers.readings import ReadingObserver
from ahorrater.adapters.observers.replay import ReplayObserver
from ahorrater.contracts.answers import DayEnergy
from ahorrater.contracts.events import (
    ClockTick,
    FuelRefreshed,
    NodeChosen,
    ReadingStored,
    RelabelMode,
)
from ahorrater.contracts.exports import Where
from ahorrater.contracts.readings import Reading
from ahorrater.domain.decision import Reason
from ahorrater.services.notify.ports import ChatRefused, MessengerAway
from tests.unit.move_events import failed_move, relabelled

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = Event("1", "/test", ClockTick.TYPE)


def numbers(observer):
    """The samples of an observer as Prometheus would read them: `name{label="value"}` -> value."""
    registry = Registry()
    registry.add(*observer.families)
    lines = [line for line in registry.text().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def reading(node, seq, measured_at, power_w):
    return Reading(node=node, boot=1, seq=seq, measured_at=measured_at, voltage_v=10.0, current_a=1.0, power_w=power_w)


def test_readings():
    observer = ReadingObserver(lambda: NOON)
    observer.read(
        [
            reading("a", 2, NOON - timedelta(seconds=3), 30.0),
            reading("a", 1, NOON - timedelta(seconds=5), 20.0),
            reading("b", 1, NOON + timedelta(seconds=9), 7.0),
        ]
    )
    observer.heard(TICK, Emit(ReadingStored(nodes=("a",), stored=2, duplicates=1, rejected=4)))
    told = numbers(observer)
    assert told['ahorrater_readings_total{outcome="stored"}'] == 2
    assert told['ahorrater_readings_total{outcome="duplicate"}'] == 1
    assert told['ahorrater_readings_total{outcome="rejected"}'] == 4
    assert told['ahorrater_park_power_watts{node="a"}'] == 30
    assert told['ahorrater_park_measured_timestamp_seconds{node="a"}'] == NOON.timestamp() - 3
    assert told['ahorrater_park_measured_timestamp_seconds{node="b"}'] == NOON.timestamp()
    assert told["ahorrater_reading_lag_seconds"] == 0


def test_old_readings_are_late_and_do_not_make_a_park_older():
    observer = ReadingObserver(lambda: NOON)
    observer.read([reading("a", 2, NOON, 30.0)])
    observer.read([reading("a", 1, NOON - timedelta(hours=1), 1.0)])
    told = numbers(observer)
    assert told["ahorrater_reading_lag_seconds"] == 3600
    assert told['ahorrater_park_power_watts{node="a"}'] == 30


def chosen(epoch, reason):
    return NodeChosen(
        epoch=epoch,
        decided_at=NOON,
        policy="hysteresis",
        chosen="a",
        previous=None,
        reason=reason,
        sentence="",
        parks=(),
    )


def test_a_decision_counts_once_however_often_it_is_repeated():
    observer = DecisionObserver()
    first, second = (
        Emit(chosen(1, Reason.FIRST_CHOICE), "decision-1"),
        Emit(chosen(2, Reason.BETTER_NODE), "decision-7"),
    )
    for reply in (None, first, first, second, second):
        observer.heard(TICK, reply)
    assert numbers(observer) == {
        "ahorrater_epoch": 2,
        'ahorrater_decisions_total{policy="hysteresis",reason="first-choice"}': 1,
        'ahorrater_decisions_total{policy="hysteresis",reason="better-node"}': 1,
        "ahorrater_scrape_failures_total": 0,
    }


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (relabelled(3, "a", "b", pods_moved=4, duration_s=2.0), "moved"),
        (relabelled(3, "a", "b", mode=RelabelMode.RECOMMEND_ONLY, pods_moved=4), "recommended"),
        (failed_move(4, "a", "b"), "undone"),
        (failed_move(4, "a", "b", undone=False), "failed"),
    ],
)
def test_moves(data, outcome):
    observer = MoveObserver()
    for reply in (None, Emit(data, "move-1"), Emit(data, "move-1")):
        observer.heard(TICK, reply)
    told = numbers(observer)
    counts = {name: value for name, value in told.items() if name.startswith("ahorrater_moves_total")}
    assert {name for name, value in counts.items() if value} == {f'ahorrater_moves_total{{outcome="{outcome}"}}'}
    assert told[f'ahorrater_move_duration_seconds_sum{{outcome="{outcome}"}}'] == data.duration_s
    assert told["ahorrater_pods_moved_total"] == getattr(data, "pods_moved", 0)
    assert told["ahorrater_applied_epoch"] == data.epoch


@pytest.mark.parametrize(("version", "outcome"), [(3, "loaded"), (None, "unchanged")])
def test_fuel_refreshes(version, outcome):
    observer = FuelObserver()
    refreshed = FuelRefreshed(
        moment=NOON,
        origin="live",
        version=version,
        stations=1,
        prices=1,
        prices_changed=0,
        stations_new=0,
        stations_altered=0,
        stations_missing=0,
        positions_doubtful=0,
        rejected=0,
        duration_s=1.0,
    )
    observer.heard(TICK, Emit(refreshed))
    told = numbers(observer)
    assert told[f'ahorrater_fuel_refreshes_total{{outcome="{outcome}"}}'] == 1
    assert told["ahorrater_fuel_prices_timestamp_seconds"] == NOON.timestamp()


@pytest.mark.parametrize(("as_of", "expected"), [(NOON, NOON.timestamp()), (None, None)])
def test_prices_that_are_answered_with(as_of, expected):
    told = numbers(PricesObserver(lambda: as_of))
    assert told.get("ahorrater_fuel_prices_timestamp_seconds") == expected


@pytest.mark.parametrize(
    ("kind", "label"), [(ClockTick.TYPE, ClockTick.TYPE), ("com.example.anything", "other"), ("x" * 500, "other")]
)
def test_dead_letters(kind, label):
    observer = LetterObserver()
    observer.heard(Event("1", "/test", kind), None)
    told = numbers(observer)
    assert {name for name, value in told.items() if value} == {f'ahorrater_dead_letters_total{{type="{label}"}}'}


@pytest.mark.parametrize(("since", "age_s"), [(None, 0), (NOON - timedelta(seconds=90), 90)])
def test_news_that_waits(since, age_s):
    told = numbers(NewsObserver(lambda: (3, since), lambda: NOON))
    assert told["ahorrater_notify_queue"] == 3
    assert told["ahorrater_notify_oldest_seconds"] == age_s


class Moody:
    """Does to every message what it was told to."""

    where = Where.OUTBOX

    def __init__(self, error):
        self._error = error

    def send_text(self, chat, text, *_buttons):
        if self._error:
            raise self._error
        return f"{chat}: {text}"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "sent"),
        (MessengerAway("later"), "away"),
        (ChatRefused("never"), "refused"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_messages(error, outcome):
    observer = NewsObserver(lambda: (0, None), lambda: NOON)
    messenger = CountedMessenger(Moody(error), observer.messages)
    if error is None:
        assert messenger.send_text("7", "hi") == "7: hi"
    else:
        with pytest.raises(type(error)):
            messenger.send_text("7", "hi")
    told = numbers(observer)
    assert {name for name, value in told.items() if value} == {
        f'ahorrater_notify_messages_total{{outcome="{outcome}"}}'
    }


def test_energy_is_added_up_once_a_minute():
    moments = iter([NOON, NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)])
    asked = []

    def days(since, until):
        asked.append((since, until))
        return [
            DayEnergy(
                day=NOON.date(),
                served_wh={"a": 10.0 * len(asked), "b": 1.0},
                moves=1,
                move_cost_wh=0.0,
                net_wh=11.0,
                stay_put_wh=9.0,
                gain_wh=2.0,
                saved_co2_kg=0.0,
            )
        ]

    observer = EnergyObserver(days, lambda: next(moments))
    served = [numbers(observer)['ahorrater_energy_served_today_watt_hours{node="a"}'] for _ in range(3)]
    assert served == [10, 10, 20]
    assert asked[0] == (datetime(2026, 6, 1, tzinfo=UTC), None)


@pytest.mark.parametrize("lag_s", [None, 0.0, 12.5])
def test_replay_lag(lag_s):
    assert numbers(ReplayObserver(lambda: lag_s)).get("ahorrater_database_replay_lag_seconds") == lag_s
