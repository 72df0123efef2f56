"""A run of retention: in which order, for how long, and what it leaves to the next."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from ahorrater.adapters.ingest import IngestSettings
from ahorrater.adapters.retention import RetentionSettings
from ahorrater.services.retention import Record, Retain, Retained, RetentionPolicy, Step

NOW = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
UNTIL = datetime(2026, 6, 1, 11, 50, tzinfo=UTC)
BEFORE = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)


@dataclass
class FakeRollups:
    """Parks `a` and `b`; each kind of step takes two transactions of a second, a deletion takes ten readings."""

    now_s: float = 0.0
    calls: list[tuple[object, ...]] = field(default_factory=list)
    paused_s: list[float] = field(default_factory=list)

    def nodes(self) -> list[str]:
        return ["a", "b"]

    def roll_up(self, node: str, until: datetime) -> Step:
        return self._step("roll up", node, until)

    def roll_up_late(self, node: str) -> Step:
        return self._step("late", node)

    def delete(self, node: str, before: datetime) -> Step:
        return Step(self._step("delete", node, before).more, deleted=10)

    def _step(self, *call: object) -> Step:
        self.now_s += 1
        self.calls.append(call)
        return Step(more=self.calls.count(call) < 2)


@dataclass
class FakeRecords:
    """Each kind takes two transactions, of no time, that delete three."""

    calls: list[tuple[Record, datetime]] = field(default_factory=list)

    def delete(self, record: Record, before: datetime) -> Step:
        self.calls.append((record, before))
        return Step(more=self.calls.count((record, before)) < 2, deleted_records=3)


def run(rollups: FakeRollups, patience_s: float = 300, records: FakeRecords | None = None) -> Retained:
    policy = RetentionPolicy(patience=timedelta(seconds=patience_s))
    return Retain(
        rollups, records or FakeRecords(), policy, lambda: NOW, lambda: rollups.now_s, rollups.paused_s.append
    ).run()


def test_everything_is_rolled_up_before_anything_is_deleted() -> None:
    rollups = FakeRollups()
    assert run(rollups) == Retained(deleted=40, deleted_records=18, rolled_until=UNTIL)
    rolled = [call for node in "ab" for call in [("roll up", node, UNTIL)] * 2 + [("late", node)] * 2]
    assert rollups.calls == rolled + [("delete", node, BEFORE) for node in "ab" for _ in range(2)]


def test_records_go_at_their_age_even_where_time_is_short() -> None:
    records = FakeRecords()
    assert run(FakeRollups(), 0.5, records).deleted_records == 18
    ages = (Record.DECISION, 400), (Record.MOVE, 400), (Record.DEAD_LETTER, 180)
    assert records.calls == [(record, NOW - timedelta(days=days)) for record, days in ages for _ in range(2)]


def test_a_pause_as_long_as_the_step_follows_it() -> None:
    rollups = FakeRollups()
    run(rollups)
    assert rollups.paused_s == [0.0] * 6 + [1.0] * 12


@pytest.mark.parametrize(("patience_s", "calls", "deleted"), [(0.5, 1, 0), (9, 9, 10), (11.5, 12, 40)])
def test_a_run_ends_when_its_time_is_up(patience_s: float, calls: int, deleted: int) -> None:
    rollups = FakeRollups()
    retained = run(rollups, patience_s)
    assert (len(rollups.calls), retained.deleted) == (calls, deleted)
    assert retained.rolled_until == (UNTIL if calls == 12 else None)


@pytest.mark.parametrize(("raw_days", "oldest_days"), [("30", 29), ("2", 1), ("400", 29)])
def test_what_is_refused_is_a_day_younger_than_what_is_deleted(
    monkeypatch: pytest.MonkeyPatch, raw_days: str, oldest_days: int
) -> None:
    monkeypatch.setenv("RETENTION_RAW_DAYS", raw_days)
    assert IngestSettings().policy().oldest == timedelta(days=oldest_days)
    assert RetentionSettings().policy().raw == timedelta(days=float(raw_days))


@pytest.mark.parametrize(("name", "too_few"), [("RAW_DAYS", "1"), ("LEDGER_DAYS", "39"), ("DEAD_LETTER_DAYS", "29")])
def test_too_short_a_memory_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, too_few: str) -> None:
    monkeypatch.setenv(f"RETENTION_{name}", too_few)
    with pytest.raises(ValidationError, match=name.lower()):
        RetentionSettings()
