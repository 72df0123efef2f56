"""What is decided live, by the services on a database, is what the backtest decides on the same readings."""

import math
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Any

import pytest

from ahorrater.adapters.database.choices import SqlChoiceStore
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.readings import SqlReadingStore
from ahorrater.contracts.readings import Reading
from ahorrater.domain.battery import Bank, Battery
from ahorrater.domain.decision import ControllerState
from ahorrater.domain.groups import group_of
from ahorrater.domain.replay import Trace, Work, replay, smoothing_of
from ahorrater.domain.spread import ALONE, Spread
from ahorrater.domain.trust import Plausibility
from ahorrater.services.backtest import standard_policies
from ahorrater.services.choose import ChooseNode, Patience
from ahorrater.services.ingest import IngestPolicy, IngestReadings

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
NO_BANK = Bank({}, 0.0)


def cloudy_trace(parks: int, samples: int, interval: timedelta, seed: int) -> Trace:
    """Parks on one latitude, each under clouds of its own; some readings are lost."""
    random = Random(seed)
    times = [NOON + place * interval for place in range(samples)]
    columns = []
    for park in range(parks):
        clear, column = True, array("d")
        for time in times:
            clear = clear if random.random() < 0.9 else random.random() < 0.6
            hour = (time - NOON) / timedelta(hours=1) + park / 2
            sun = max(math.cos(hour / 24 * 2 * math.pi), 0.0)
            power_w = 40 * sun * (random.uniform(0.9, 1) if clear else random.uniform(0.1, 0.4))
            column.append(math.nan if random.random() < 0.02 else round(power_w, 3))
        columns.append(column)
    return Trace(tuple("abcdefgh"[:parks]), times, columns, interval)


class Live:
    """The two services on one database; the trace's time is their clock."""

    def __init__(self, url, policy, interval, bank=NO_BANK, spread=ALONE):
        self.now = NOON
        self.database = Database(url)
        ingest = IngestPolicy(smoothing=smoothing_of(interval), bank=bank)
        self.ingest = IngestReadings(SqlReadingStore(self.database), ingest, lambda: self.now)
        self.choose = ChooseNode(SqlChoiceStore(self.database), policy, Patience(), lambda: self.now, spread)

    def at(self, number, now, powers) -> ControllerState:
        self.now = now
        readings = [
            Reading(node=node, boot=1, seq=number, measured_at=now, voltage_v=20, current_a=1, power_w=power_w)
            for node, power_w in powers.items()
        ]
        self.ingest.ingest(list(enumerate(readings)), [], str(number), "/t")
        self.choose.on_readings(f"/t#{number}")
        with SqlChoiceStore(self.database).transaction() as transaction:
            return transaction.recall().state


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("name", "samples", "interval"),
    [
        ("thesis", 80, timedelta(seconds=2)),
        ("hysteresis", 80, FIVE_MINUTES),
        ("calm", 80, FIVE_MINUTES),
        ("forecast", 350, FIVE_MINUTES),
        ("forecast", 950, timedelta(seconds=100)),
    ],
)
def test_live_decisions_are_the_backtests(database_url, name, samples, interval, seed):
    trace, work = cloudy_trace(parks=7, samples=samples, interval=interval, seed=seed), Work(12.0, 0.6)
    policy = standard_policies(work)[name]
    plan = replay(trace, {name: policy})[name]
    lived = lived_through(Live(database_url, patient(policy, interval), interval), trace)
    replayed = [trace.nodes[place] if place >= 0 else None for place in plan[1:]]
    assert lived == replayed
    assert len(set(replayed)) > 1


@pytest.mark.parametrize(
    ("name", "samples", "interval"),
    [("hysteresis", 300, FIVE_MINUTES), ("forecast", 550, FIVE_MINUTES)],
)
def test_live_decisions_with_batteries_are_the_backtests(database_url, name, samples, interval):
    """Five of seven parks have batteries, no two alike; the charge is modelled by ingest-reading and by the replay."""
    trace, work = cloudy_trace(parks=7, samples=samples, interval=interval, seed=3), Work(12.0, 0.6)
    bank = Bank({node: Battery(10.0 * size, max_discharge_w=9.0 + size) for size, node in enumerate("abcde", 1)}, 12.0)
    policy = standard_policies(work, bank.batteries)[name]
    plan = replay(trace, {name: policy}, bank=bank)[name]
    lived = lived_through(Live(database_url, patient(policy, interval), interval, bank), trace)
    replayed = [trace.nodes[place] if place >= 0 else None for place in plan[1:]]
    assert lived == replayed
    assert list(plan) != list(replay(trace, {name: standard_policies(work)[name]})[name])


@pytest.mark.parametrize(("name", "samples"), [("thesis", 100), ("hysteresis", 300), ("forecast", 350)])
def test_live_decisions_of_several_sunny_nodes_are_the_backtests(database_url, name, samples):
    trace, work = cloudy_trace(parks=7, samples=samples, interval=FIVE_MINUTES, seed=5), Work(60.0, 3.0)
    policy, spread = standard_policies(work)[name], Spread(3, work.load_w)
    plan = replay(trace, {name: policy}, spread=spread)[name]
    live = Live(database_url, patient(policy, FIVE_MINUTES), FIVE_MINUTES, spread=spread)
    lived = lived_through(live, trace, lambda state: {state.chosen, *state.also} - {None})
    replayed = [{trace.nodes[place] for place in group_of(number, len(trace.nodes))} for number in plan[1:]]
    assert lived == replayed
    assert {len(sunny) for sunny in replayed} >= {1, 3}


@pytest.mark.parametrize(("name", "samples"), [("hysteresis", 200), ("forecast", 350)])
def test_live_decisions_about_a_doubted_sensor_are_the_backtests(database_url, name, samples):
    """One sensor freezes at noon, at more than the others ever say; ingest-reading stops believing it after a while."""
    trace, work = cloudy_trace(parks=3, samples=samples, interval=FIVE_MINUTES, seed=6), Work(12.0, 0.6)
    trace.power_w[0][20:180] = array("d", [39.5]) * 160
    policy = standard_policies(work)[name]
    plan = replay(trace, {name: policy}, plausibility=Plausibility())[name]
    lived = lived_through(Live(database_url, patient(policy, FIVE_MINUTES), FIVE_MINUTES), trace)
    assert lived == [trace.nodes[place] if place >= 0 else None for place in plan[1:]]
    assert list(plan) != list(replay(trace, {name: policy})[name])
    assert {*lived[90:180]} <= {"b", "c"}


def patient(policy, interval):
    """The policy, as patient with silence as the replay is."""
    return replace(policy, stale_after=max(policy.stale_after, 2.5 * interval))


def lived_through(live, trace, of=attrgetter("chosen")) -> list[Any]:
    """Where the work is after each sample, or what else is asked of the controller's state."""
    lived = []
    for number, now in enumerate(trace.times[:-1]):
        powers = {
            node: column[number]
            for node, column in zip(trace.nodes, trace.power_w, strict=True)
            if not math.isnan(column[number])
        }
        lived.append(of(live.at(number, now, powers)))
    live.database.close()
    return lived
