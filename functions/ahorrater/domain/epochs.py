"""Which epoch is newer, and what becomes of a choice whose epoch was passed. Pure."""

from dataclasses import replace
from datetime import datetime

from ahorrater.domain.decision import ControllerState, Decision, Reason
from ahorrater.domain.operating_rules import Night

LEAP = 2**28
"""By how much an epoch may lead: one more each second for eight years. A larger one is a mistake, or a forgery that
would leave no number above itself.
"""


def is_newer(epoch: int, than: int) -> bool:
    """Whether `epoch` comes after `than`, and not so long after that it cannot be true."""
    return than < epoch <= than + LEAP


def renumber(state: ControllerState, newest: int, policy: str, now: datetime) -> tuple[Decision, ControllerState]:
    """The same choice with an epoch above `newest`, because relabel knows that one already: choose-node's memory is
    older than the cluster's (a backup was restored), or somebody else gave an order.
    """
    decision = Decision(
        epoch=newest + 1,
        decided_at=now,
        policy=policy,
        chosen=state.chosen,
        previous=state.chosen,
        reason=Reason.NIGHT_SHED if state.night is Night.SHED else Reason.EPOCH_PASSED,
        sentence=f"{state.chosen} is chosen anew: the cluster knew of choice {newest}, this was {state.epoch}.",
        renewed=True,
        also=state.also,
    )
    return decision, replace(state, epoch=decision.epoch, chosen_since=now, confirmed_epoch=newest)
