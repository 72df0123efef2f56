"""The forecast's rule: a move is made when what another park promises is worth it."""

from ahorrater.domain.decision import Concluded, Gain, Reason
from ahorrater.domain.policies import ForecastPolicy
from ahorrater.domain.rules.situation import Situation


def by_forecast(situation: Situation, policy: ForecastPolicy) -> Concluded:
    """The value of a park: what the best plan that begins there serves.

    A present park that is silent because it is night promises what its sky does, any other silent one promises nothing.
    """
    return _for_the_night(situation, policy) or _by_promises(situation, policy)


def _for_the_night(situation: Situation, policy: ForecastPolicy) -> Concluded | None:
    """Where the present park's device sleeps, the others' may soon: then nobody can be moved to before dawn, and only
    the charge of the park that the work is on can be used.
    """
    asleep = situation.asleep
    if asleep is None or situation.present or not policy.batteries:
        return None
    fullest = min(situation.eligible, key=lambda park: (-policy.tonight_wh(park), park.node))
    gain_wh = policy.tonight_wh(fullest) - policy.tonight_wh(asleep)
    if gain_wh <= policy.needed_wh(0.0):
        return None
    because = f"{asleep.node} sleeps, and the battery of {fullest.node} holds {gain_wh:.2f} Wh more for the night"
    return situation.move(Reason.BETTER_NODE, because, fullest)


def _by_promises(situation: Situation, policy: ForecastPolicy) -> Concluded:
    state, cost_wh = situation.state, policy.move_cost_wh
    staying = [situation.asleep] if situation.asleep and not situation.present else []
    prospects = {park.node: policy.prospect(park, situation.now) for park in (*situation.eligible, *staying)}
    if state.chosen in prospects and not policy.tempts_from(state.chosen, prospects):
        return situation.stay(Reason.ALREADY_BEST, f"No other park is expected to give more than {state.chosen} soon.")
    by_node = policy.promises_wh(prospects)
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
