"""Replay of measured power: the function that decides live, on the samples before, against a load and a move's cost."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import nsmallest
from operator import attrgetter

from ahorrater.domain.battery import Bank
from ahorrater.domain.charged_plans import Balance
from ahorrater.domain.choose import choose_node
from ahorrater.domain.decision import ControllerState
from ahorrater.domain.groups import number_of
from ahorrater.domain.optimum import NOWHERE, best_plan, moves_of
from ahorrater.domain.parks import Park, ParkState, Smoothing
from ahorrater.domain.policies import Policy
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import Sky
from ahorrater.domain.spread import ALONE, Spread, shared
from ahorrater.domain.trust import Plausibility

CANDIDATES = 3
THESIS_SPAN_S = 20.0
"""Ten readings, one every 2 s."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The power of parks over time, W, one column a park; NaN is unknown. Samples are `interval` apart."""

    nodes: tuple[str, ...]
    times: Sequence[datetime]
    power_w: Sequence[Sequence[float]]
    interval: timedelta

    @property
    def interval_h(self) -> float:
        """The same, in hours."""
        return self.interval.total_seconds() / 3600.0

    @property
    def days(self) -> float:
        """How long it is."""
        return len(self.times) * self.interval / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What runs on the chosen node: the power it needs, W, and what it costs to move it, Wh."""

    load_w: float
    move_cost_wh: float

    def served_wh(self, power_w: float, hours: float) -> float:
        """What the workloads get of a park; an unknown power serves nothing."""
        return 0.0 if math.isnan(power_w) else min(max(power_w, 0.0), self.load_w) * hours


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan brought: energy that served workloads, the same minus the cost of its moves, both Wh.

    `balance`: where all of the parks' energy went, where they have batteries.
    """

    plan: Sequence[int]
    energy_wh: float
    net_wh: float
    moves: int
    balance: Balance | None = None

    @classmethod
    def of(cls, plan: Sequence[int], energy_wh: float, work: Work, balance: Balance | None = None) -> "Outcome":
        """The account of a plan that served so much."""
        moves = moves_of(plan)
        return cls(plan, energy_wh, energy_wh - moves * work.move_cost_wh, moves, balance)


def outcome(plan: Sequence[int], served_wh: Sequence[Sequence[float]], work: Work) -> Outcome:
    """The account of a plan."""
    energy_wh = math.fsum(served_wh[park][sample] for sample, park in enumerate(plan) if park != NOWHERE)
    return Outcome.of(plan, energy_wh, work)


def served(trace: Trace, work: Work) -> list[Sequence[float]]:
    """What the workloads would get of each park at each sample, Wh."""
    hours = trace.interval_h
    return [array("d", (work.served_wh(power_w, hours) for power_w in column)) for column in trace.power_w]


def stay_put(served_wh: Sequence[Sequence[float]]) -> Sequence[int]:
    """The whole time on the one park that serves most."""
    best = max(range(len(served_wh)), key=lambda park: math.fsum(served_wh[park]))
    return array("l", [best]) * len(served_wh[0])


def optimum(served_wh: Sequence[Sequence[float]], work: Work) -> Sequence[int]:
    """What a clairvoyant would have done."""
    return best_plan(served_wh, work.move_cost_wh)


def smoothing_of(interval: timedelta) -> Smoothing:
    """The thesis's window is 20 s, however many samples that is; at least the last one."""
    return Smoothing(window=max(1, round(THESIS_SPAN_S / interval.total_seconds())))


def replay(
    trace: Trace,
    policies: Mapping[str, Policy],
    smoothing: Smoothing | None = None,
    bank: Bank | None = None,
    spread: Spread = ALONE,
    plausibility: Plausibility | None = None,
) -> Mapping[str, Sequence[int]]:
    """The plan of each policy: at every sample the park that was chosen knowing only the samples before; with `spread`
    the group of those that share the work (see `ahorrater.domain.groups`), in the order of the trace.

    A park is stale after two missing samples, or after the policy's own time where that is longer. `bank`: the parks'
    batteries, whose charge follows each policy's plan. `plausibility`: what is believed of sensors; None: everything.
    """
    patience = 2.5 * trace.interval
    fitted = {name: replace(policy, stale_after=max(policy.stale_after, patience)) for name, policy in policies.items()}
    charges = {name: _Charges(bank) for name in fitted} if bank else {}
    with_sky = plausibility is not None or any(policy.NEEDS_SKY for policy in fitted.values())
    parks = _Parks(trace, smoothing or smoothing_of(trace.interval), plausibility, with_sky=with_sky)
    states = dict.fromkeys(fitted, ControllerState())
    plans = {name: array("q", [NOWHERE]) for name in fitted}
    number = {node: place for place, node in enumerate(trace.nodes)}
    for sample in range(len(trace.times) - 1):
        known, now = parks.at(sample), trace.times[sample]
        for name, policy in fitted.items():
            before = states[name]
            seen = charges[name].of(known, before.chosen, sample) if charges else known
            few = _few(seen, before, policy, now)
            _, states[name] = shared(choose_node(few, before, policy, now), few, before, policy, spread)
            group = sorted(number[node] for node in _sunny(states[name]))
            plans[name].append(number_of(group, len(number)))
    return plans


def _few(parks: Sequence[Park], state: ControllerState, policy: Policy, now: datetime) -> list[Park]:
    """Those that can matter: the best that are believed, and those that the work is on, whatever they are."""
    believed = [park for park in parks if park.believed(now, policy.stale_after)]
    few, sunny = candidates(believed, policy, CANDIDATES), _sunny(state)
    return few + [park for park in parks if park.node in sunny and park not in few]


def _sunny(state: ControllerState) -> tuple[str, ...]:
    return () if state.chosen is None else (state.chosen, *state.also)


def candidates(parks: list[Park], policy: Policy, best: int) -> list[Park]:
    """The `best` by each of the policy's ranks, as the live system reads them."""
    if len(parks) <= best:
        return parks[:]
    found: dict[str, Park] = {}
    for rank in policy.ranks:
        value = attrgetter(rank)
        found |= {park.node: park for park in nsmallest(best, parks, key=lambda park: (-value(park), park.node))}
    return list(found.values())


class _Charges:
    """The charge of each park's battery under one policy, as ingest-reading keeps it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._latest: dict[str, ParkSample] = {}

    def of(self, parks: Sequence[Park], worked_on: str | None, sample: int) -> list[Park]:
        """The parks with their charge, the work having been on that node until this sample."""
        return [self._charged(park, worked_on, sample) if park.node in self._bank.batteries else park for park in parks]

    def _charged(self, park: Park, worked_on: str | None, number: int) -> Park:
        latest = self._latest.get(park.node)
        if park.seen_at is not None and (latest is None or latest.seen_at < park.seen_at):
            sample = ParkSample(park.seen_at, 0, number, 0.0, 0.0, park.power_w)
            [latest] = self._bank.charged(park.node, latest, [sample], worked_on)
            self._latest[park.node] = latest
        free_wh = self._bank.free_wh(park.node, latest)
        return replace(park, battery_soc=latest.battery_soc if latest else None, battery_wh=free_wh)


class _Parks:
    """The running states of all parks, as ingest-reading keeps them."""

    def __init__(
        self, trace: Trace, smoothing: Smoothing, plausibility: Plausibility | None, *, with_sky: bool
    ) -> None:
        self._trace, self._smoothing, self._plausibility = trace, smoothing, plausibility
        self._with_sky = with_sky
        self._states = [ParkState(node) for node in trace.nodes]
        self._skies = [Sky() for _ in trace.nodes]
        self._parks = [Park(node) for node in trace.nodes]

    def at(self, sample: int) -> list[Park]:
        """The parks that have ever been heard, up to and including this sample."""
        at = self._trace.times[sample]
        for place, column in enumerate(self._trace.power_w):
            power_w = column[sample]
            if not math.isnan(power_w):
                self._hear(place, ParkSample(at, 0, sample, 0.0, 0.0, power_w))
        return [park for park in self._parks if park.seen_at is not None]

    def _hear(self, place: int, sample: ParkSample) -> None:
        state = self._states[place].absorb((sample,), self._smoothing, self._plausibility)
        if not self._with_sky:
            state = replace(state, glances=())
        elif state.glances:
            state, self._skies[place] = state.teach(self._skies[place], rules=self._plausibility)
        self._states[place] = state
        self._parks[place] = replace(state.park(), sky=self._skies[place] if self._with_sky else None)
