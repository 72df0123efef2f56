"""The night: what becomes of the work while no park gives power and no battery has any to give."""

from dataclasses import replace

from ahorrater.domain.decision import Concluded, Reason
from ahorrater.domain.epochs import renewed
from ahorrater.domain.operating_rules import Night
from ahorrater.domain.parks import Park
from ahorrater.domain.rules.situation import Situation


def at_night(situation: Situation) -> Concluded | None:
    """What is concluded at night. None by day, where the night changes nothing, and where the node of the work has to
    be left whatever the time is.
    """
    wanted = situation.policy.rules.night
    if wanted is Night.STAY or situation.state.chosen is None or not _is_night(situation):
        return None
    concluded = _shed(situation) if wanted is Night.SHED else _park(situation)
    if concluded is None:
        return None
    decision, state = concluded
    return decision, replace(state, night=wanted)


def by_day(situation: Situation, concluded: Concluded) -> Concluded:
    """What is concluded by day, where the work may have been stopped by night: it resumes."""
    if situation.state.night is None:
        return concluded
    decision, state = concluded
    if situation.state.night is not Night.SHED or decision.moved:
        return decision, replace(state, night=None)
    sentence = f"There is power again: the work resumes on {decision.chosen}."
    return renewed(replace(decision, reason=Reason.POWER_AGAIN, sentence=sentence), replace(state, night=None))


def _is_night(situation: Situation) -> bool:
    """If nobody says anything it is the night that it was, or the one that the silent park sleeps through."""
    if not situation.believed:
        return situation.state.night is not None or situation.asleep is not None
    dark_w = situation.policy.rules.dark_w * (1 if situation.state.night is None else 2)
    return all(situation.score_w(park) <= dark_w for park in situation.believed)


def _shed(situation: Situation) -> Concluded:
    sentence = "No park gives power: what may be stopped is stopped until one does."
    concluded = situation.stay(Reason.NIGHT_SHED, sentence)
    return concluded if situation.state.night is Night.SHED else renewed(*concluded)


def _park(situation: Situation) -> Concluded | None:
    chosen, parked = situation.state.chosen, situation.state.night is Night.PARK
    there = situation.present or situation.asleep
    target = None if parked and there else _berth(situation)
    if target is not None and target.node != chosen:
        return situation.move(Reason.NIGHT_PARKED, "No park gives power", to=target)
    return situation.stay(Reason.NIGHT, f"No park gives power: the work waits on {chosen}.") if there else None


def _berth(situation: Situation) -> Park | None:
    """The node for the night, if it can be chosen; where none is named, the one whose battery holds most."""
    named = situation.policy.rules.night_node
    if named is not None:
        return next((park for park in situation.eligible if park.node == named), None)
    charged = [park for park in situation.eligible if park.battery_soc is not None]
    return min(charged, key=lambda park: (-park.battery_wh, -(park.battery_soc or 0.0), park.node), default=None)
