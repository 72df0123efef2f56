"""Accounting: which PV energy served the workloads, what the moves cost, and what staying put would have brought."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Placement:
    """From `since` on the work is on `node`, and on those that share it."""

    since: datetime
    node: str
    also: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Where the work is, the best one first."""
        return (self.node, *self.also)


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean power of each park that was heard in one interval, W; the others served nothing that is known of."""

    at: datetime
    power_w: Mapping[str, float]
    length: timedelta


@dataclass(frozen=True, slots=True)
class Tariff:
    """load_w: power that the workloads need, W (inf: all that there is). move_cost_wh: what one move costs, Wh.

    grid_kg_per_kwh: what a kWh from the grid emits, kg CO2.
    """

    load_w: float = math.inf
    move_cost_wh: float = 0.0
    grid_kg_per_kwh: float = 0.1


@dataclass(frozen=True, slots=True)
class DayAccount:
    """One UTC day. `served_wh` by node; net is their sum minus the moves' cost; the counterfactual stays all day where
    the work was when the day began. `needed_wh`: what the workloads needed while parks were heard; inf: not known.
    """

    day: date
    served_wh: Mapping[str, float]
    moves: int
    move_cost_wh: float
    net_wh: float
    stay_put_wh: float
    saved_co2_kg: float
    needed_wh: float = math.inf

    @property
    def renewable_share(self) -> float | None:
        """How much of what the workloads needed the sun gave, 0..1; None where that is not known."""
        if not 0 < self.needed_wh < math.inf:
            return None
        return min(1.0, math.fsum(self.served_wh.values()) / self.needed_wh)

    @property
    def gain_wh(self) -> float:
        """What following the sun brought, Wh."""
        return self.net_wh - self.stay_put_wh


def accounts(intervals: Sequence[Interval], placements: Sequence[Placement], tariff: Tariff) -> list[DayAccount]:
    """One account for each UTC day in which the work was somewhere; both sequences in order of time. An interval in
    which the work moved is parted there. It counts from the first placement on, which is no move, as a placement where
    the work was already is none, whoever of those that share it comes first.
    """
    placements = _changes(placements)
    days: dict[date, list[Interval]] = {}
    for interval in _parted(intervals, placements):
        days.setdefault(interval.at.astimezone(UTC).date(), []).append(interval)
    return [_account(day, of_day, placements, tariff) for day, of_day in days.items()]


def realised_gain_wh(intervals: Sequence[Interval], left: str, reached: str, tariff: Tariff) -> float:
    """What a move from the park of `left` to that of `reached` brought over the intervals, its cost taken off, Wh."""
    gains_wh = (
        _total_wh(interval, (reached,), tariff) - _total_wh(interval, (left,), tariff) for interval in intervals
    )
    return math.fsum(gains_wh) - tariff.move_cost_wh


def _changes(placements: Sequence[Placement]) -> list[Placement]:
    before = (set[str](), *(set(placement.nodes) for placement in placements))
    return [placement for placement, nodes in zip(placements, before, strict=False) if set(placement.nodes) != nodes]


def _parted(intervals: Sequence[Interval], placements: Sequence[Placement]) -> Iterator[Interval]:
    """In each part of an interval the work was at one place; before the first placement it was nowhere."""
    moments = [placement.since for placement in placements]
    for interval in intervals:
        end = interval.at + interval.length
        within = moments[bisect_right(moments, interval.at) : bisect_left(moments, end)]
        edges = [*([interval.at] if moments and moments[0] <= interval.at else ()), *within, end]
        for at, until in pairwise(edges):
            yield replace(interval, at=at, length=until - at)


def _account(day: date, intervals: Sequence[Interval], placements: Sequence[Placement], tariff: Tariff) -> DayAccount:
    places = [_nodes_at(placements, interval.at) for interval in intervals]
    served: dict[str, float] = {}
    for interval, nodes in zip(intervals, places, strict=True):
        for node, energy_wh in _served_wh(interval, nodes, tariff).items():
            served[node] = served.get(node, 0.0) + energy_wh
    moves = sum(one.since.astimezone(UTC).date() == day for one in placements[1:])
    stay_put = math.fsum(_total_wh(interval, places[0], tariff) for interval in intervals)
    cost_wh = moves * tariff.move_cost_wh
    net_wh = math.fsum(served.values()) - cost_wh
    needed_wh = tariff.load_w * math.fsum(_hours(interval) for interval in intervals)
    saved_co2_kg = net_wh / 1000 * tariff.grid_kg_per_kwh
    return DayAccount(day, served, moves, cost_wh, net_wh, stay_put, saved_co2_kg, needed_wh)


def _total_wh(interval: Interval, nodes: Sequence[str], tariff: Tariff) -> float:
    return math.fsum(_served_wh(interval, nodes, tariff).values())


def _served_wh(interval: Interval, nodes: Sequence[str], tariff: Tariff) -> dict[str, float]:
    """What each of them served: the first all that is needed, the next what is still missing, and so on."""
    missing_w, served = tariff.load_w, {}
    for node in nodes:
        power_w = min(max(interval.power_w.get(node, 0.0), 0.0), missing_w)
        missing_w -= power_w
        served[node] = power_w * _hours(interval)
    return served


def _hours(interval: Interval) -> float:
    return interval.length.total_seconds() / 3600.0


def _nodes_at(placements: Sequence[Placement], at: datetime) -> tuple[str, ...]:
    """The first placement is not after `at`."""
    return placements[bisect_right(placements, at, key=lambda one: one.since) - 1].nodes
