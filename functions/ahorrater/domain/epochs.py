"""Which epoch is newer, and how a choice that stays the same gets a new one. Pure."""

from dataclasses import replace
from datetime import datetime

from ahorrater.domain.decision import Concluded, ControllerState, Decision, Reason
from ahorrater.domain.operating_rules import Night

LEAP = 2**28
"""By how much an epoch may lead: one more each second for eight years. A larger one is a mistake, or a forgery that
would leave no number above itself.
"""


def is_newer(epoch: int, than: int) -> bool:
    """Whether `epoch` comes after `than`, and not so long after that it cannot be true."""
    return than < epoch <= than + LEAP


def renewed(decision: Decision, state: ControllerState) -> Concluded:
    """What was concluded, in an epoch of its own: it has to be told though the same node is chosen."""
    epoch = state.epoch + 1
    return replace(decision, epoch=epoch, renewed=True), replace(state, epoch=epoch)


def renumber(state: ControllerState, newest: int, policy: str, now: datetime) -> Concluded:
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
