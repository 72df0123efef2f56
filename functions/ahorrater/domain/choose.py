"""The decision: which node should be the sunny one. Pure: the same inputs give the same decision, live or replayed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ahorrater.domain.decision import Concluded, ControllerState, Decision, Reason
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import ForecastPolicy, Policy, ThesisPolicy
from ahorrater.domain.rules.forecast import by_forecast
from ahorrater.domain.rules.hysteresis import highest_mean, with_hysteresis
from ahorrater.domain.rules.night import at_night, by_day
from ahorrater.domain.rules.situation import Situation, still_barred


def choose_node(parks: Iterable[Park], state: ControllerState, policy: Policy, now: datetime) -> Concluded:
    """Which node should be sunny at `now`, with reasons, and the state to remember.

    `parks` may be all of them or only those that can matter: the present node's and the best others. A stale or barred
    park, or one whose sensor is not believed, is never chosen; if there is no other the last choice holds.
    """
    situation = Situation(tuple(parks), state, policy, now)
    return at_night(situation) or by_day(situation, _by_policy(situation))


def _by_policy(situation: Situation) -> Concluded:
    state, policy = situation.state, situation.policy
    if not situation.eligible:
        return situation.hold_without_sun()
    if state.silent and situation.present is not None:
        return situation.stay(Reason.HEARD_AGAIN, f"{state.chosen} is heard again; it keeps the work.")
    if state.chosen is None:
        return situation.move(Reason.FIRST_CHOICE, f"{situation.best.node} is the first choice")
    if isinstance(policy, ForecastPolicy) and all(park.sky and park.sky.learned for park in situation.eligible):
        return by_forecast(situation, policy)
    if situation.present is None:
        return situation.move(*situation.why_absent())
    return _compare(situation, policy, situation.present)


def revert_failed_move(
    state: ControllerState, failed: str, back_to: str | None, policy: Policy, now: datetime, barred_for: timedelta
) -> Concluded:
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
    barred = {**still_barred(state, now), failed: now + barred_for}
    return decision, ControllerState(
        decision.epoch, back_to, now, barred=barred, confirmed_epoch=state.confirmed_epoch, moved_at=state.moved_at
    )


def _compare(situation: Situation, policy: Policy, present: Park) -> Concluded:
    if isinstance(policy, ThesisPolicy):
        return highest_mean(situation)
    return with_hysteresis(situation, policy.fallback if isinstance(policy, ForecastPolicy) else policy, present)
