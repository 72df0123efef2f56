"""Several sunny nodes: the fewest parks, best first, whose power together feeds the workloads. Pure.

Which is the best, other rules decide; these say which share the work with it. Who joins costs a rollout, who leaves a
second one: so both wait, without a break, and leaving longer.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ahorrater.domain.decision import Concluded, ControllerState, Decision, Reason
from ahorrater.domain.epochs import renewed
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import Policy


@dataclass(frozen=True, slots=True)
class Spread:
    """most: at most so many sunny nodes. load_w: what the workloads need.

    margin: as a share of the load: what one who joins must bring, and what must be left over when one leaves.
    join_after: how long the load must have lacked power; clouds pass in a minute or two.
    leave_after: how long one must have been unneeded.
    """

    most: int = 1
    load_w: float = math.inf
    margin: float = 0.10
    join_after: timedelta = timedelta(minutes=2)
    leave_after: timedelta = timedelta(minutes=10)

    def fewest(self, first_w: float, power_w: Mapping[str, float]) -> tuple[str, ...]:
        """Who shares the work with a node that gives `first_w`: the best first, until the load is fed."""
        chosen: list[str] = []
        for node in best_first(power_w, power_w):
            if len(chosen) + 1 >= self.most or first_w + sum(power_w[one] for one in chosen) >= self.load_w:
                break
            chosen.append(node)
        return tuple(chosen)


ALONE = Spread()


def best_first(nodes: Iterable[str], power_w: Mapping[str, float]) -> tuple[str, ...]:
    """By power, then by name."""
    return tuple(sorted(nodes, key=lambda node: (-power_w[node], node)))


def shared(
    concluded: Concluded, parks: Collection[Park], before: ControllerState, policy: Policy, spread: Spread
) -> Concluded:
    """What was concluded, with those who share the work: each change of them begins an epoch.

    One that is silent, not believed or barred leaves at once. While every park is silent, or the work is stopped, all
    stays as it is.
    """
    decision, state = concluded
    if (spread.most == 1 and not before.also) or decision.chosen is None:
        return concluded
    power_w = _usable_w(parks, state, policy, decision.decided_at)
    first_w = power_w.pop(decision.chosen, 0.0)
    if decision.moved:
        members = {node: power_w[node] for node in (before.chosen, *before.also) if node in power_w}
        state = replace(state, also=spread.fewest(first_w, members))
    elif not (decision.held or decision.shed):
        decision, state = _reconsidered(decision, state, first_w, power_w, spread)
    return replace(decision, also=state.also), state


def without_further_nodes(
    state: ControllerState, policy: Policy, now: datetime, barred_for: timedelta, staying: Collection[str] = ()
) -> Concluded:
    """The decision after further nodes could not take their share, or are lost: the chosen one goes on with those of
    them that are `staying`.
    """
    kept = tuple(node for node in state.also if node in staying)
    lost = tuple(node for node in state.also if node not in staying)
    goes_on = f"{', '.join((state.chosen or '', *kept))} {'go on' if kept else 'goes on alone'}"
    decision = Decision(
        epoch=state.epoch + 1,
        decided_at=now,
        policy=policy.name,
        chosen=state.chosen,
        previous=state.chosen,
        reason=Reason.MOVE_FAILED,
        sentence=f"{', '.join(lost)} could not take a share of the work; {goes_on}.",
        renewed=True,
        also=kept,
    )
    barred = {**state.barred, **dict.fromkeys(lost, now + barred_for)}
    return decision, replace(_settled(state, kept), epoch=decision.epoch, barred=barred)


def _usable_w(parks: Iterable[Park], state: ControllerState, policy: Policy, now: datetime) -> dict[str, float]:
    return {
        park.node: park.smoothed_power_w
        for park in parks
        if park.believed(now, policy.stale_after) and park.node not in state.barred
    }


def _reconsidered(
    decision: Decision, state: ControllerState, first_w: float, power_w: Mapping[str, float], spread: Spread
) -> Concluded:
    kept = best_first((node for node in state.also if node in power_w), power_w)[: spread.most - 1]
    if len(kept) < len(state.also):
        gone = ", ".join(node for node in state.also if node not in kept)
        return _changed(decision, state, kept, f"{gone} can share the work no longer.")
    total_w, spare_w = first_w + sum(power_w[node] for node in kept), spread.margin * spread.load_w
    if kept and total_w - power_w[kept[-1]] >= spread.load_w + spare_w:
        return _leaving(decision, state, kept, spread)
    joiner = next(iter(best_first(power_w.keys() - set(kept), power_w)), None)
    if total_w < spread.load_w and joiner is not None:
        wanted = _with(joiner, kept, power_w, spread, spare_w)
        if wanted is not None:
            return _joining(decision, state, wanted, f"the {total_w:.1f} W there are do not feed the work", spread)
    return decision, _settled(state, state.also)


def _with(
    joiner: str, kept: tuple[str, ...], power_w: Mapping[str, float], spread: Spread, spare_w: float
) -> tuple[str, ...] | None:
    """Those who are to share with the one who joins, in the place of the weakest where there is no other; None where
    that is not worth it.
    """
    full = len(kept) + 1 >= spread.most
    if full and not kept:
        return None
    replaced_w = power_w[kept[-1]] if full else 0.0
    if power_w[joiner] - replaced_w < spare_w:
        return None
    return best_first([*(kept[:-1] if full else kept), joiner], power_w)


def _joining(
    decision: Decision, state: ControllerState, wanted: tuple[str, ...], because: str, spread: Spread
) -> Concluded:
    since = state.joins_since or decision.decided_at
    if decision.decided_at - since < spread.join_after:
        return decision, replace(state, joins_since=since, leaves_since=None)
    sharing = ", ".join((decision.chosen or "", *wanted))
    return _changed(decision, state, wanted, f"{sharing} share the work: {because}.")


def _leaving(decision: Decision, state: ControllerState, kept: tuple[str, ...], spread: Spread) -> Concluded:
    since = state.leaves_since or decision.decided_at
    if decision.decided_at - since < spread.leave_after:
        return decision, replace(state, joins_since=None, leaves_since=since)
    return _changed(decision, state, kept[:-1], f"{kept[-1]} is not needed any more.")


def _changed(decision: Decision, state: ControllerState, also: tuple[str, ...], sentence: str) -> Concluded:
    """An epoch of its own, unless the decision began one already."""
    state = _settled(state, also)
    if decision.begins:
        return decision, state
    return renewed(replace(decision, reason=Reason.SPREAD, sentence=sentence), state)


def _settled(state: ControllerState, also: tuple[str, ...]) -> ControllerState:
    return replace(state, also=also, joins_since=None, leaves_since=None)
