"""What one decision is made of, and the ways that it can end: a move, or not."""

from dataclasses import replace
from datetime import datetime

from ahorrater.domain.decision import Concluded, ControllerState, Decision, Gain, Numbers, Pending, Reason
from ahorrater.domain.parks import Freshness, Park
from ahorrater.domain.policies import Policy

FORCED = {Reason.FIRST_CHOICE, Reason.PRESENT_SILENT, Reason.PRESENT_DOUBTED}
"""Moves that no budget holds up."""


def still_barred(state: ControllerState, now: datetime) -> dict[str, datetime]:
    """The nodes that are not chosen yet after a move to them failed, each with until when."""
    return {node: until for node, until in state.barred.items() if until > now}


class Situation:
    """The inputs of one decision, looked at once."""

    def __init__(self, parks: tuple[Park, ...], state: ControllerState, policy: Policy, now: datetime) -> None:
        self.state, self.policy, self.now = state, policy, now
        self.barred = still_barred(state, now)
        self.numbers = tuple(Numbers.of(park, policy.score_w(park), now, policy.stale_after) for park in parks)
        self.believed = [park for park in parks if park.believed(now, policy.stale_after)]
        self.eligible = [park for park in self.believed if park.node not in self.barred]
        own = next((park for park in parks if park.node == state.chosen), None)
        self.heard = own if own and own.freshness(now, policy.stale_after) is Freshness.FRESH else None
        self.present = own if own and own.believed(now, policy.stale_after) else None
        self.asleep = own if own and own.quarantine is None and own.asleep(now) else None

    @property
    def best(self) -> Park:
        """The best eligible park; of equals the present one, then the most powerful, then the first by name."""
        return min(self.eligible, key=self._rank)

    def _rank(self, park: Park) -> tuple[float, bool, float, str]:
        return -self.score_w(park), park.node != self.state.chosen, -park.smoothed_power_w, park.node

    def score_w(self, park: Park) -> float:
        """What the policy compares, W."""
        return self.policy.score_w(park)

    def why_absent(self) -> tuple[Reason, str]:
        """Why the present node's park is not among those that can be chosen."""
        if self.heard is not None:
            return Reason.PRESENT_DOUBTED, f"{self.state.chosen} cannot be believed ({self.heard.quarantine})"
        return Reason.PRESENT_SILENT, f"{self.state.chosen} has fallen silent"

    def move(self, reason: Reason, because: str, to: Park | None = None, gain: Gain | None = None) -> Concluded:
        """The work goes to another node; the best one unless it is told. It stays if there were moves enough today and
        nothing forces this one.
        """
        rules, best = self.policy.rules, to or self.best
        if reason not in FORCED and not rules.may_move(self.state.moved_at, self.now):
            enough = f"it has moved {rules.moves_a_day} times in 24 hours, and may not oftener"
            return self.stay(Reason.BUDGET_SPENT, f"{because}, but the work stays: {enough}.")
        sentence = f"{because}: the work goes to {best.node}, which gives {self.score_w(best):.1f} W."
        decision = replace(self._decision(self.state.epoch + 1, best.node, reason, sentence), expected_gain=gain)
        moved_at = () if reason is Reason.FIRST_CHOICE else (*self.state.moved_at, self.now)
        return decision, ControllerState(
            decision.epoch,
            best.node,
            self.now,
            barred=self.barred,
            confirmed_epoch=self.state.confirmed_epoch,
            moved_at=rules.counted(moved_at, self.now),
        )

    def stay(
        self, reason: Reason, sentence: str, pending: Pending | None = None, failing_since: datetime | None = None
    ) -> Concluded:
        """The work stays; the state remembers since when what is pending has held."""
        remembered = replace(
            self.state,
            margin_since=pending.since if pending else None,
            failing_since=failing_since,
            barred=self.barred,
            silent=reason is Reason.ALL_STALE,
        )
        return self._decision(self.state.epoch, self.state.chosen, reason, sentence, pending), remembered

    def hold_without_sun(self) -> Concluded:
        """No park can be chosen: the last choice holds."""
        chosen = self.state.chosen
        if chosen is None:
            return self.stay(Reason.NOTHING_KNOWN, "No park has said anything lately: there is no choice yet.")
        if self.present is not None:
            return self.stay(Reason.ALREADY_BEST, f"{chosen} is the only node that can be chosen.")
        if self.heard is not None:
            _, doubt = self.why_absent()
            return self.stay(Reason.ALREADY_BEST, f"{doubt}, but no other node can be chosen.")
        return self.stay(Reason.ALL_STALE, f"Every park has fallen silent: the last choice, {chosen}, holds.")

    def _decision(
        self, epoch: int, chosen: str | None, reason: Reason, sentence: str, pending: Pending | None = None
    ) -> Decision:
        return Decision(
            epoch, self.now, self.policy.name, chosen, self.state.chosen, reason, sentence, self.numbers, pending
        )
