"""Which epoch is newer, and how a choice that stays the same gets a new one. Pure."""

from dataclasses import replace
from datetime import datetime

from ahorrater.domain.decision import Concluded, ControllerState, Decision, Reason
from ahorrater.domain.operating_rules import Night

LEAP = 2**28
"""How many epochs are true whatever the clock says: some nodes begin in 1970."""


def highest(now: datetime) -> int:
    """The highest epoch that can be true: one more each second since 1970. Beyond it is a mistake, or a forgery.

    Whoever is pushed up to it can go on a second later, so that no forged number leaves none above itself.
    """
    return LEAP + int(now.timestamp())


def is_newer(epoch: int, than: int, now: datetime) -> bool:
    """Whether `epoch` comes after `than` and can be true."""
    return than < epoch <= highest(now)


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
