"""What people ask of the readings and decisions: SQLModel, read only."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from ahorrater.adapters.database.engine import engine_of, session_of
from ahorrater.adapters.database.histories import begin_of, interval_means
from ahorrater.adapters.database.moves import WORKLOADS
from ahorrater.adapters.database.node_lists import nodes_in
from ahorrater.adapters.database.readings import SKY_FORMAT, sky_of, trust_of, window_of
from ahorrater.adapters.database.tables import (
    DeadLetterRow,
    DecisionRow,
    DeviceRow,
    MoveRow,
    ParkHealthRow,
    ParkSkyRow,
    ParkStateRow,
)
from ahorrater.contracts.answers import (
    DeadLetter,
    DecisionEntry,
    HealthFlag,
    HistoryPoint,
    MoveEntry,
    MoveOutcome,
    PanelHealth,
    PanelMeans,
    PanelNow,
)
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.events import DeviceStatus, ParkNumbers, PendingMove
from ahorrater.domain.decision import Reason
from ahorrater.domain.parks import Park, ParkState
from ahorrater.services.parks_now import DeviceWord, KnownPark


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

    def parks(self) -> list[KnownPark]:
        """Every park that has a device or a reading, by name."""
        known = [_known_park(ParkStateRow(node=word.node), None, word, None) for word in self._silent_devices()]
        query = (
            select(ParkStateRow, ParkSkyRow, DeviceRow, ParkHealthRow)
            .join(ParkHealthRow, col(ParkHealthRow.node) == col(ParkStateRow.node), isouter=True)
            .join(DeviceRow, col(DeviceRow.node) == col(ParkStateRow.node), isouter=True)
            .join(
                ParkSkyRow,
                (col(ParkSkyRow.node) == col(ParkStateRow.node)) & (col(ParkSkyRow.format) == SKY_FORMAT),
                isouter=True,
            )
        )
        known += [_known_park(*rows) for rows in self._all(query)]
        return sorted(known, key=lambda park: park.state.node)

    def nodes(self) -> list[str]:
        """The names of the parks that have ever given a reading, in order."""
        return self._all(select(ParkStateRow.node).order_by(ParkStateRow.node))

    def history(self, node: str, since: datetime, until: datetime, step_s: int) -> list[HistoryPoint]:
        """The means of each interval of `step_s` that has readings, oldest first."""
        return [_point(row[1:], step_s) for row in self._all(interval_means(since, until, step_s, node))]

    def histories(self, since: datetime, until: datetime, step_s: int) -> dict[str, list[HistoryPoint]]:
        """The same of all parks."""
        points: dict[str, list[HistoryPoint]] = {}
        for row in self._all(interval_means(since, until, step_s)):
            points.setdefault(row[0], []).append(_point(row[1:], step_s))
        return points

    def decisions(self, limit: int, before: int | None, *, moved: bool | None) -> list[DecisionEntry]:
        """The newest rows of the ledger first; `before` a row's id, for the next page."""
        query = select(DecisionRow).order_by(col(DecisionRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(DecisionRow.id) < before)
        if moved is not None:
            query = query.where(DecisionRow.moved == moved)
        return [_entry(row) for row in self._all(query)]

    def moves(self, since: datetime | None, until: datetime | None, limit: int) -> list[MoveEntry]:
        """The newest rows of the moves ledger first, `until` excluded."""
        query = select(MoveRow).order_by(col(MoveRow.at).desc(), col(MoveRow.id).desc()).limit(limit)
        if since is not None:
            query = query.where(col(MoveRow.at) >= since)
        if until is not None:
            query = query.where(col(MoveRow.at) < until)
        return [_move(row) for row in self._all(query)]

    def dead_letters(self, limit: int, before: int | None) -> list[DeadLetter]:
        """The newest first; `before` a row's id, for the next page."""
        query = select(DeadLetterRow).order_by(col(DeadLetterRow.id).desc()).limit(limit)
        if before is not None:
            query = query.where(col(DeadLetterRow.id) < before)
        return [DeadLetter.model_validate(row.model_dump(exclude={"place"}), strict=False) for row in self._all(query)]

    def _silent_devices(self) -> list[DeviceRow]:
        heard = select(ParkStateRow.node).scalar_subquery()
        return self._all(select(DeviceRow).where(col(DeviceRow.node).not_in(heard)))

    def _states(self, node: str | None) -> list[tuple[ParkStateRow, DeviceRow | None]]:
        query = (
            select(ParkStateRow, DeviceRow)
            .join(DeviceRow, col(DeviceRow.node) == col(ParkStateRow.node), isouter=True)
            .where(col(ParkStateRow.seen_at).is_not(None))
            .order_by(ParkStateRow.node)
        )
        return self._all(query if node is None else query.where(ParkStateRow.node == node))

    def _all(self, query: Any) -> list[Any]:
        with session_of(self._engine) as session:
            return list(session.exec(query).all())

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


def _known_park(
    state: ParkStateRow, sky: ParkSkyRow | None, device: DeviceRow | None, health: ParkHealthRow | None
) -> KnownPark:
    return KnownPark(
        ParkState(
            state.node,
            window_of(state.recent),
            state.smoothed_power_w,
            trust=trust_of(state.trust, state.quarantine),
        ),
        sky_of(sky.sky) if sky else None,
        DeviceWord(DeviceStatus(device.status), device.at) if device else None,
        PanelHealth(flag=HealthFlag(health.flag), evidence=health.evidence) if health else None,
    )


def _park(state: ParkStateRow) -> Park:
    return Park(state.node, state.seen_at, state.power_w)


def _point(row: Any, step_s: int) -> HistoryPoint:
    number, power_w, voltage_v, current_a, readings = row
    at = begin_of(number, step_s)
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
        applied_at=row.applied_at,
        expected_gain_wh=row.expected_gain_wh,
        gain_until=row.gain_until,
        realised_gain_wh=row.realised_gain_wh,
        also=nodes_in(row.also),
    )


def _move(row: MoveRow) -> MoveEntry:
    return MoveEntry(
        epoch=row.epoch,
        node=row.node,
        previous=row.previous,
        at=row.at,
        duration_s=row.duration_s,
        pods_moved=row.pods_moved,
        outcome=MoveOutcome(row.outcome),
        why=row.why,
        workloads=adapter_of(WORKLOADS).validate_json(row.workloads),
        also=nodes_in(row.also),
    )
