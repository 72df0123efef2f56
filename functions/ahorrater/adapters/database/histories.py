"""Means of the parks' readings by interval, from the coarsest table that serves: hour means, minute means, readings."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, case, cast, func, literal, select, true, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import col

from ahorrater.adapters.database.tables import ParkStateRow, ReadingRow, RollupRow, UtcDateTime

HOUR_S, MINUTE_S = 3600, 60
QUANTITIES = "power_w", "voltage_v", "current_a"


class epoch_s(GenericFunction[int]):  # noqa: N801 -- a function's name in SQL
    """Whole seconds since 1970 of a moment."""

    type = Integer()
    inherit_cache = True


@compiles(epoch_s, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(epoch_s, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


def interval_means(since: datetime, until: datetime, step_s: int, node: str | None = None) -> Select[Any]:
    """Rows of node, number of the interval since 1970, mean `power_w`, `voltage_v`, `current_a`, and readings; of one
    park or of all, the oldest interval first.

    Steps of whole minutes or hours are made of the means up to where the park is rolled up, and of its readings from
    there on. Other steps are made of readings, and of minute means where the readings are deleted. A minute or hour
    that `since` or `until` is in counts whole where it is rolled up.
    """
    rolled_s = HOUR_S if step_s % HOUR_S == 0 else MINUTE_S
    border = col(ParkStateRow.rolled_until if step_s % MINUTE_S == 0 else ParkStateRow.raw_since)
    parks = select(col(ParkStateRow.node)).where(true() if node is None else col(ParkStateRow.node) == node)
    parts = _of_rollups(since, until, step_s, rolled_s, border), _of_readings(since, until, step_s, border)
    sums = union_all(*(part.where(part.selected_columns.node.in_(parks)) for part in parts)).subquery()
    readings = func.sum(sums.c.readings)
    means = [(func.sum(sums.c[name]) / readings).label(name) for name in QUANTITIES]
    grouped = select(sums.c.node, sums.c.bucket, *means, cast(readings, BigInteger).label("readings"))
    return grouped.group_by(sums.c.node, sums.c.bucket).order_by(sums.c.bucket)


def begin_of(number: int, step_s: int) -> datetime:
    """When the interval of that number begins, UTC."""
    return datetime.fromtimestamp(number * step_s, UTC)


def _of_rollups(
    since: datetime, until: datetime, step_s: int, rolled_s: int, border: Mapped[datetime | None]
) -> Select[Any]:
    """Each park's by the primary key. Its border is looked up, not joined: SQLite would join by reading all means."""
    begin = datetime.fromtimestamp(since.timestamp() // rolled_s * rolled_s, tz=since.tzinfo)
    weight, at = col(RollupRow.readings), col(RollupRow.at)
    rolled_until = select(border).where(col(ParkStateRow.node) == col(RollupRow.node)).scalar_subquery()
    return _sums(RollupRow, at, step_s, weight, func.sum(weight)).where(
        col(RollupRow.step_s) == rolled_s, at >= begin, at < until, at < rolled_until
    )


def _of_readings(since: datetime, until: datetime, step_s: int, border: Mapped[datetime | None]) -> Select[Any]:
    """Each park's from its border on, by the index on node and time."""
    begin = case((border > since, border), else_=literal(since, UtcDateTime()))
    at = col(ReadingRow.measured_at)
    sums = _sums(ReadingRow, at, step_s, literal(1), func.count())
    return sums.join(ParkStateRow, col(ParkStateRow.node) == col(ReadingRow.node)).where(at >= begin, at < until)


def _sums(table: Any, at: Mapped[datetime], step_s: int, weight: Any, readings: Any) -> Select[Any]:
    bucket = cast(func.floor(epoch_s(at) / step_s), Integer).label("bucket")
    sums = [func.sum(getattr(table, name) * weight).label(name) for name in QUANTITIES]
    return select(table.node, bucket, *sums, readings.label("readings")).group_by(table.node, bucket)
