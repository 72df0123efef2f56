"""Old decisions, moves and dead letters go, in real databases; what the present rests upon stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.engine import engine_of
from ahorrater.adapters.database.records import SqlRecords
from ahorrater.adapters.database.tables import DeadLetterRow, DecisionRow, MoveRow
from ahorrater.services.retention import Record

BEFORE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def records(database_url: str) -> Iterator[SqlRecords]:
    """Of two rows a transaction."""
    database = Database(database_url)
    yield SqlRecords(database, batch=2)
    database.close()


def put(url: str, table: type[SQLModel], rows: list[dict[str, object]]) -> None:
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(insert(table), rows)
    engine.dispose()


def left(url: str, record: Record) -> list[int]:
    database = Database(url)
    with database.transaction() as sql:
        ids = [number for (number,) in sql.execute(f"SELECT id FROM {record} ORDER BY id")]
    database.close()
    return ids


def decision(number: int, days: float, *, moved: bool) -> dict[str, object]:
    at = BEFORE + timedelta(days=days)
    row = DecisionRow(
        id=number, epoch=number, decided_at=at - timedelta(days=5), last_at=at, repeats=1, policy="p", chosen="a",
        previous=None, moved=moved, reason="r", sentence="s", parks="[]", pending=None, cause=f"c{number}",
    )  # fmt: skip
    return row.model_dump()


def move(number: int, days: float, outcome: str) -> dict[str, object]:
    row = MoveRow(
        id=number, cause=f"c{number}", epoch=number, node="a", previous=None, at=BEFORE + timedelta(days=days),
        duration_s=None, pods_moved=None, outcome=outcome, why=None, workloads="[]",
    )  # fmt: skip
    return row.model_dump()


def letter(number: int, days: float) -> dict[str, object]:
    at = BEFORE + timedelta(days=days)
    source, place = "/t", 0
    row = DeadLetterRow(
        id=number, received_at=at, event_id=f"e{number}", event_source=source, event_type="t", place=place, reason="r",
        data="{}",
    )  # fmt: skip
    return row.model_dump()


def delete_all(records: SqlRecords, record: Record) -> list[int]:
    """What each transaction deleted."""
    steps = [records.delete(record, BEFORE)]
    while steps[-1].more:
        steps.append(records.delete(record, BEFORE))
    return [step.deleted_records for step in steps]


@pytest.mark.parametrize(
    ("days_and_moved", "kept"),
    [
        pytest.param([(-9, True), (-8, False), (-7, True), (-6, False), (-5, False), (1, False)], [3, 6], id="choice"),
        pytest.param([(-9, True), (-8, True), (-7, False)], [2, 3], id="all are old"),
        pytest.param([(-9, False), (-8, False), (-7, False), (-6, False)], [4], id="never a choice"),
        pytest.param([(-1e-5, True), (0, True), (1, True)], [2, 3], id="to the moment"),
        pytest.param([], [], id="none"),
    ],
)
def test_old_decisions_go_but_the_latest_and_the_latest_choice(
    database_url: str, records: SqlRecords, days_and_moved: list[tuple[float, bool]], kept: list[int]
) -> None:
    if days_and_moved:
        rows = [decision(number, days, moved=moved) for number, (days, moved) in enumerate(days_and_moved, 1)]
        put(database_url, DecisionRow, rows)
    assert sum(delete_all(records, Record.DECISION)) == len(days_and_moved) - len(kept)
    assert left(database_url, Record.DECISION) == kept


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        pytest.param([(-9, "moved"), (-8, "moved"), (-7, "failed"), (1, "moved")], [2, 4], id="one before"),
        pytest.param([(-9, "moved"), (-8, "undone")], [1], id="all are old"),
        pytest.param([(-9, "failed"), (0, "moved")], [2], id="nothing was there"),
    ],
)
def test_old_moves_go_but_the_one_that_accounts_begin_with(
    database_url: str, records: SqlRecords, moves: list[tuple[float, str]], kept: list[int]
) -> None:
    put(database_url, MoveRow, [move(number, days, outcome) for number, (days, outcome) in enumerate(moves, 1)])
    assert sum(delete_all(records, Record.MOVE)) == len(moves) - len(kept)
    assert left(database_url, Record.MOVE) == kept


def test_old_dead_letters_go_a_batch_at_a_time(database_url: str, records: SqlRecords) -> None:
    put(database_url, DeadLetterRow, [letter(number, number - 6) for number in range(1, 9)])
    assert delete_all(records, Record.DEAD_LETTER) == [2, 2, 1]
    assert left(database_url, Record.DEAD_LETTER) == [6, 7, 8]
