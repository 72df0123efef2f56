"""The decision: which node should be the sunny one. Pure: the same inputs give the same decision, live or replayed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ahorrater.domain.decision import ControllerState, Decision, Gain, MoveKind, Numbers, Pending, Reason
from ahorrater.domain.parks import Freshness, Park
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy, ThesisPolicy


def choose_node(
    parks: Iterable[Park], state: ControllerState, policy: Policy, now: datetime
) -> tuple[Decision, ControllerState]:
    """Which node should be sunny at `now`, with reasons, and the state to remember.

    `parks` may be all of them or only those that can matter: the present node's and the best others. A stale or barred
    park, or one whose sensor is not believed, is never chosen; if there is no other the last choice holds.
    """
    situation = _Situation(tuple(parks), state, policy, now)
    if not situation.eligible:
        return situation.hold_without_sun()
    if state.silent and situation.present is not None:
        return situation.stay(Reason.HEARD_AGAIN, f"{state.chosen} is heard again; it keeps the work.")
    if state.chosen is None:
        return situation.move(Reason.FIRST_CHOICE, f"{situation.best.node} is the first choice")
    if isinstance(policy, ForecastPolicy) and all(park.sky and park.sky.learned for park in situation.eligible):
        return _by_forecast(situation, policy)
    if situation.present is None:
        return situation.move(*situation.why_absent())
    return _compare(situation, policy, situation.present)


def revert_failed_move(
    state: ControllerState, failed: str, back_to: str | None, policy: Policy, now: datetime, barred_for: timedelta
) -> tuple[Decision, ControllerState]:
    """The decision after a move to `failed` was undone: back to where it was, and not there again for a while."""
    decision = Decision(
        epoch=state.epoch + 1,
        decided_at=now,
        policy=policy.name,
        chosen=back_to,
        previous=state.chosen,
        reason=Reason.MOVE_FAILED,
        sentence=f"The move to {failed} failed; it will not be tried again before {barred_for.total_seconds():.0f} s.",
    )
    barred = {**_still_barred(state, now), failed: now + barred_for}
    return decision, ControllerState(decision.epoch, back_to, now, barred=barred, confirmed_epoch=state.confirmed_epoch)


def _still_barred(state: ControllerState, now: datetime) -> dict[str, datetime]:
    return {node: until for node, until in state.barred.items() if until > now}


class _Situation:
    """The inputs of one decision, looked at once."""

    def __init__(self, parks: tuple[Park, ...], state: ControllerState, policy: Policy, now: datetime) -> None:
        self.state, self.policy, self.now = state, policy, now
        self.barred = _still_barred(state, now)
        self.numbers = tuple(Numbers.of(park, policy.score_w(park), now, policy.stale_after) for park in parks)
        fresh = {park.node: park for park in parks if park.freshness(now, policy.stale_after) is Freshness.FRESH}
        believed = {node: park for node, park in fresh.items() if park.quarantine is None}
        self.heard = fresh.get(state.chosen) if state.chosen else None
        self.present = believed.get(state.chosen) if state.chosen else None
        chosen = (park for park in parks if park.node == state.chosen and park.quarantine is None)
        self.asleep = next((park for park in chosen if park.asleep(now)), None)
        self.eligible = [park for park in believed.values() if park.node not in self.barred]

    @property
    def best(self) -> Park:
        """The best eligible park; of equals the present one, then the most powerful, then the first by name."""
        return min(self.eligible, key=self._rank)

    def _rank(self, park: Park) -> tuple[float, bool, float, str]:
        return -self.score_w(park), park.node != self.state.chosen, -park.smoothed_power_w, park.node

    def score_w(self, park: Park) -> float:
        return self.policy.score_w(park)

    def why_absent(self) -> tuple[Reason, str]:
        if self.heard is not None:
            return Reason.PRESENT_DOUBTED, f"{self.state.chosen} cannot be believed ({self.heard.quarantine})"
        return Reason.PRESENT_SILENT, f"{self.state.chosen} has fallen silent"

    def move(
        self, reason: Reason, because: str, to: Park | None = None, gain: Gain | None = None
    ) -> tuple[Decision, ControllerState]:
        best = to or self.best
        sentence = f"{because}: the work goes to {best.node}, which gives {self.score_w(best):.1f} W."
        decision = replace(self._decision(self.state.epoch + 1, best.node, reason, sentence), expected_gain=gain)
        confirmed = self.state.confirmed_epoch
        return decision, ControllerState(
            decision.epoch, best.node, self.now, barred=self.barred, confirmed_epoch=confirmed
        )

    def stay(
        self, reason: Reason, sentence: str, pending: Pending | None = None, failing_since: datetime | None = None
    ) -> tuple[Decision, ControllerState]:
        remembered = replace(
            self.state,
            margin_since=pending.since if pending else None,
            failing_since=failing_since,
            barred=self.barred,
            silent=reason is Reason.ALL_STALE,
        )
        return self._decision(self.state.epoch, self.state.chosen, reason, sentence, pending), remembered

    def hold_without_sun(self) -> tuple[Decision, ControllerState]:
        chosen = self.state.chosen
        if chosen is None:
            return self.stay(Reason.NOTHING_KNOWN, "No park has said anything lately: there is no choice yet.")
        if self.present is not None:
            return self.stay(Reason.ALREADY_BEST, f"{chosen} is the only node that can be chosen.")
        if self.heard is not None:
            doubt = f"{chosen} cannot be believed ({self.heard.quarantine})"
            return self.stay(Reason.ALREADY_BEST, f"{doubt}, but no other node can be chosen.")
        return self.stay(Reason.ALL_STALE, f"Every park has fallen silent: the last choice, {chosen}, holds.")

    def _decision(
        self, epoch: int, chosen: str | None, reason: Reason, sentence: str, pending: Pending | None = None
    ) -> Decision:
        return Decision(
            epoch, self.now, self.policy.name, chosen, self.state.chosen, reason, sentence, self.numbers, pending
        )


def _compare(situation: _Situation, policy: Policy, present: Park) -> tuple[Decision, ControllerState]:
    if isinstance(policy, ThesisPolicy):
        return _highest_mean(situation)
    return _with_hysteresis(situation, policy.fallback if isinstance(policy, ForecastPolicy) else policy, present)


def _highest_mean(situation: _Situation) -> tuple[Decision, ControllerState]:
    best = situation.best
    if best.node == situation.state.chosen:
        return situation.stay(Reason.ALREADY_BEST, f"{best.node} has the highest mean.")
    return situation.move(Reason.HIGHEST_MEAN, f"{best.node} has the highest mean")


def _by_forecast(situation: _Situation, policy: ForecastPolicy) -> tuple[Decision, ControllerState]:
    """The value of a park: what the best plan that begins there serves.

    A present park that is silent because it is night promises what its sky does, any other silent one promises nothing.
    """
    state, cost_wh = situation.state, policy.move_cost_wh
    staying = [situation.asleep] if situation.asleep and not situation.present else []
    expected = {park.node: policy.expected(park, situation.now) for park in (*situation.eligible, *staying)}
    if state.chosen in expected and not policy.tempts_from(state.chosen, expected):
        return situation.stay(Reason.ALREADY_BEST, f"No other park is expected to give more than {state.chosen} soon.")
    by_node = policy.promises_wh(expected)
    best = min(situation.eligible, key=lambda park: (-by_node[park.node], park.node != state.chosen, park.node))
    best_wh = by_node[best.node]
    present_wh = by_node.get(state.chosen or "", max(best_wh - cost_wh, 0.0) if situation.present else 0.0)
    gain_wh, needed_wh = best_wh - present_wh, policy.needed_wh(present_wh)
    if best.node == state.chosen:
        return situation.stay(Reason.ALREADY_BEST, f"{best.node} promises the most, {best_wh:.2f} Wh.")
    if gain_wh <= needed_wh:
        promise = f"{best.node} promises {gain_wh:.2f} Wh more: less than the {needed_wh:.2f} Wh that a move must bring"
        return situation.stay(Reason.COST_NOT_RECOVERED, f"{promise}.")
    because = f"{best.node} promises {gain_wh:.2f} Wh more than {state.chosen}"
    if state.chosen not in by_node:
        reason, silence = situation.why_absent()
        return situation.move(reason, silence if situation.heard else because, best)
    reason = Reason.BETTER_NODE if situation.present else Reason.PRESENT_SILENT
    return situation.move(reason, because, best, Gain(gain_wh - cost_wh, policy.outlook))


def _with_hysteresis(
    situation: _Situation, policy: HysteresisPolicy, present: Park
) -> tuple[Decision, ControllerState]:
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
    need_w = policy.workloads_power_w
    if need_w is not None and present.smoothed_power_w >= need_w:
        return Reason.ENOUGH_POWER, f"{present.node} gives all that the workloads need, {need_w:.1f} W."
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


def _fire(situation: _Situation, pending: Pending, failing: str, gain: Gain) -> tuple[Decision, ControllerState]:
    if pending.kind is MoveKind.FAILING:
        return situation.move(Reason.PRESENT_FAILING, failing, gain=gain)
    because = f"{pending.node} has been better than {situation.state.chosen} for long enough"
    return situation.move(Reason.BETTER_NODE, because, gain=gain)


def _why_waiting(
    situation: _Situation, policy: HysteresisPolicy, pending: Pending, gain_w: float
) -> tuple[Reason, str]:
    left_s = (pending.fires_at - situation.now).total_seconds()
    what = f"{pending.node} gives {gain_w:.1f} W more; the move happens in {left_s:.0f} s if that holds"
    held = pending.kind is MoveKind.BETTER and situation.now >= pending.since + policy.hold
    return (Reason.MINIMUM_STAY, f"{what} (minimum stay).") if held else (Reason.HOLDING, f"{what}.")
