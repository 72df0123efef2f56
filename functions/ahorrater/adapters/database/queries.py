"""What people ask of the readings and decisions: SQLModel, read only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, cast, func
from sqlalchemy import select as select_columns
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlmodel import Session, col, select

from ahorrater.adapters.database.engine import engine_of
from ahorrater.adapters.database.readings import window_of
from ahorrater.adapters.database.tables import DeadLetterRow, DecisionRow, DeviceRow, ParkStateRow, ReadingRow
from ahorrater.contracts.answers import DeadLetter, DecisionEntry, HistoryPoint, PanelMeans, PanelNow
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.events import DeviceStatus, ParkNumbers, PendingMove
from ahorrater.domain.decision import Reason
from ahorrater.domain.parks import Park


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


class EnergyQueries:
    """Answers from the database. Every method raises RetryLater while it is away."""

    def __init__(self, url: str, stale_after: timedelta) -> None:
        self._engine = engine_of(url)
        self._stale_after = stale_after

    def panels_now(self, now: datetime, node: str | None) -> list[PanelNow]:
        """The latest reading of each park that was ever heard of, by name."""
        return [self._panel_now(state, device, now) for state, device in self._states(node)]

    def panel_means(self, now: datetime, node: str | None) -> list[PanelMeans]:
        """The means of each park, by name."""
        return [self._means(state, now) for state, _ in self._states(node)]

    def history(self, node: str, since: datetime, until: datetime, step_s: int) -> list[HistoryPoint]:
        """The means of each interval of `step_s` that has readings, oldest first."""
        step = func.floor(epoch_s(ReadingRow.measured_at) / step_s)
        bucket = cast(step, Integer).label("bucket")
        query = (
            select_columns(
                bucket,
                func.avg(col(ReadingRow.power_w)),
                func.avg(col(ReadingRow.voltage_v)),
                func.avg(col(ReadingRow.current_a)),
                func.count(),
            )
            .where(
                col(ReadingRow.node) == node,
                col(ReadingRow.measured_at) >= since,
                col(ReadingRow.measured_at) < until,
            )
            .group_by("bucket")
            .order_by("bucket")
        )
        return [_point(row, step_s) for row in self._all(query)]

    def decisions(self, limit: int, before: int | None, *, moved: bool | None) -> list[DecisionEntry]:
        """The newest rows of the ledger first; `before` a row's id, for the next page."""
        query = select(DecisionRow).order_by(col(DecisionRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(DecisionRow.id) < before)
        if moved is not None:
            query = query.where(DecisionRow.moved == moved)
        return [_entry(row) for row in self._all(query)]

    def dead_letters(self, limit: int, before: int | None) -> list[DeadLetter]:
        """The newest first; `before` a row's id, for the next page."""
        query = select(DeadLetterRow).order_by(col(DeadLetterRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(DeadLetterRow.id) < before)
        return [DeadLetter.model_validate(row.model_dump(exclude={"place"}), strict=False) for row in self._all(query)]

    def _states(self, node: str | None) -> list[tuple[ParkStateRow, DeviceRow | None]]:
        query = (
            select(ParkStateRow, DeviceRow)
            .join(DeviceRow, col(DeviceRow.node) == col(ParkStateRow.node), isouter=True)
            .where(col(ParkStateRow.seen_at).is_not(None))
            .order_by(ParkStateRow.node)
        )
        return self._all(query if node is None else query.where(ParkStateRow.node == node))

    def _all(self, query: Any) -> list[Any]:
        try:
            with Session(self._engine) as session:
                return list(session.exec(query).all())
        except (OperationalError, InterfaceError) as error:
            raise RetryLater("the database is away") from error

    def _panel_now(self, state: ParkStateRow, device: DeviceRow | None, now: datetime) -> PanelNow:
        park, latest = _park(state), window_of(state.recent)[-1]
        age = park.age(now)
        return PanelNow(
            node=state.node,
            current_a=latest.current_a,
            voltage_v=latest.voltage_v,
            power_w=latest.power_w,
            battery_soc=latest.battery_soc,
            overflow=latest.overflow,
            measured_at=latest.seen_at,
            age_s=age.total_seconds() if age else 0.0,
            freshness=park.freshness(now, self._stale_after),
            device=DeviceStatus(device.status) if device else None,
        )

    def _means(self, state: ParkStateRow, now: datetime) -> PanelMeans:
        park, window = _park(state), window_of(state.recent)
        return PanelMeans(
            node=state.node,
            current_a=state.mean_current_a,
            voltage_v=state.mean_voltage_v,
            power_w=state.mean_power_w,
            smoothed_power_w=state.smoothed_power_w,
            samples=len(window),
            measured_at=window[-1].seen_at,
            freshness=park.freshness(now, self._stale_after),
        )


def _park(state: ParkStateRow) -> Park:
    return Park(state.node, state.seen_at, state.power_w)


def _point(row: Any, step_s: int) -> HistoryPoint:
    bucket, power_w, voltage_v, current_a, readings = row
    at = datetime.fromtimestamp(bucket * step_s, tz=UTC)
    return HistoryPoint(at=at, power_w=power_w, voltage_v=voltage_v, current_a=current_a, readings=readings)


def _entry(row: DecisionRow) -> DecisionEntry:
    return DecisionEntry(
        id=row.id or 0,
        epoch=row.epoch,
        decided_at=row.decided_at,
        last_at=row.last_at,
        repeats=row.repeats,
        policy=row.policy,
        chosen=row.chosen,
        previous=row.previous,
        moved=row.moved,
        reason=Reason(row.reason),
        sentence=row.sentence,
        parks=adapter_of(tuple[ParkNumbers, ...]).validate_json(row.parks),
        pending=PendingMove.model_validate_json(row.pending) if row.pending else None,
    )
