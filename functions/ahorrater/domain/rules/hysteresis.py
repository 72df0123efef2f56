"""Hysteresis: a margin that holds without a break for a while; and the thesis's rule, which has none."""

from datetime import datetime

from ahorrater.domain.decision import Concluded, Gain, MoveKind, Pending, Reason
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import HysteresisPolicy
from ahorrater.domain.rules.situation import Situation


def highest_mean(situation: Situation) -> Concluded:
    """The original rule: whoever has the highest mean, at once."""
    best = situation.best
    if best.node == situation.state.chosen:
        return situation.stay(Reason.ALREADY_BEST, f"{best.node} has the highest mean.")
    return situation.move(Reason.HIGHEST_MEAN, f"{best.node} has the highest mean")


def with_hysteresis(situation: Situation, policy: HysteresisPolicy, present: Park) -> Concluded:
    """A move when another park has been better by the margin for long enough, or the present one failing."""
    best, state = situation.best, situation.state
    present_w, best_w = policy.score_w(present), policy.score_w(best)
    gain_w = best_w - present_w
    refusal = _why_not_worth_it(policy, present, best, gain_w)
    if refusal:
        return situation.stay(*refusal)
    margin_since = state.margin_since or situation.now
    failing = present_w < policy.failing_fraction * best_w
    failing_since = (state.failing_since or situation.now) if failing else None
    pending = _deadline(policy, best.node, state.chosen_since or situation.now, margin_since, failing_since)
    if situation.now >= pending.fires_at:
        gain = Gain(policy.gain_wh(gain_w) - policy.move_cost_wh, policy.horizon)
        return _fire(situation, pending, f"{present.node} is failing, {gain_w:.1f} W below the best", gain)
    return situation.stay(*_why_waiting(situation, policy, pending, gain_w), pending, failing_since)


def _why_not_worth_it(policy: HysteresisPolicy, present: Park, best: Park, gain_w: float) -> tuple[Reason, str] | None:
    if policy.feeds_the_workloads(present):
        return (
            Reason.ENOUGH_POWER,
            f"{present.node} gives all that the workloads need, {policy.workloads_power_w:.1f} W.",
        )
    if best.node == present.node:
        return Reason.ALREADY_BEST, f"{present.node} gives the most."
    margin_w = policy.margin_over_w(policy.score_w(present))
    if gain_w < margin_w:
        return Reason.WITHIN_MARGIN, f"{best.node} gives {gain_w:.1f} W more: less than the margin of {margin_w:.1f} W."
    gain_wh = policy.gain_wh(gain_w)
    if gain_wh <= policy.move_cost_wh:
        cost = f"{gain_wh:.2f} Wh against {policy.move_cost_wh:.2f} Wh"
        return Reason.COST_NOT_RECOVERED, f"Moving to {best.node} would cost more than it brings: {cost}."
    return None


def _deadline(
    policy: HysteresisPolicy, node: str, chosen_since: datetime, margin_since: datetime, failing_since: datetime | None
) -> Pending:
    calm_at = max(margin_since + policy.hold, chosen_since + policy.minimum_stay)
    if failing_since is not None and failing_since + policy.failing_hold < calm_at:
        return Pending(node, MoveKind.FAILING, margin_since, failing_since + policy.failing_hold)
    return Pending(node, MoveKind.BETTER, margin_since, calm_at)


def _fire(situation: Situation, pending: Pending, failing: str, gain: Gain) -> Concluded:
    if pending.kind is MoveKind.FAILING:
        return situation.move(Reason.PRESENT_FAILING, failing, gain=gain)
    because = f"{pending.node} has been better than {situation.state.chosen} for long enough"
    return situation.move(Reason.BETTER_NODE, because, gain=gain)


def _why_waiting(situation: Situation, policy: HysteresisPolicy, pending: Pending, gain_w: float) -> tuple[Reason, str]:
    left_s = (pending.fires_at - situation.now).total_seconds()
    what = f"{pending.node} gives {gain_w:.1f} W more; the move happens in {left_s:.0f} s if that holds"
    held = pending.kind is MoveKind.BETTER and situation.now >= pending.since + policy.hold
    return (Reason.MINIMUM_STAY, f"{what} (minimum stay).") if held else (Reason.HOLDING, f"{what}.")
