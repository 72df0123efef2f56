"""Policies are data: every number that shapes a decision, with its unit and its reason."""

from dataclasses import dataclass
from datetime import timedelta

from ahorrater.domain.parks import Park


@dataclass(frozen=True, slots=True)
class ThesisPolicy:
    """The original algorithm, kept as the baseline: the highest mean of the last readings wins, at once."""

    stale_after: timedelta = timedelta(seconds=30)
    name: str = "thesis"

    def score_w(self, park: Park) -> float:
        """The mean power of the last readings, W."""
        return park.mean_power_w


@dataclass(frozen=True, slots=True)
class HysteresisPolicy:
    """Calm up, quick down: a better node must stay better, by a margin, for a while; a failing one is left soon.

    stale_after: a park silent for longer is never chosen; 15 readings of the usual 2 s.
    margin_fraction, margin_w: how much more another park must give: this share of the present one's power and at least
        this many watts, so that noise near zero moves nothing.
    hold: how long the margin must hold without a break. Clouds pass in a minute or two.
    failing_fraction: the present node fails when it gives less than this share of the best.
    failing_hold: how long it must fail without a break. A bird is no cloud.
    minimum_stay: no calm move sooner after the last one; failing and silence do not wait for it.
    move_cost_wh, horizon: what a move costs, and the time over which the gain must pay for it.
    workloads_power_w: what the workloads need; a park that gives it is not worth leaving. None: the more the better.
    """

    stale_after: timedelta = timedelta(seconds=30)
    margin_fraction: float = 0.10
    margin_w: float = 0.5
    hold: timedelta = timedelta(seconds=120)
    failing_fraction: float = 0.5
    failing_hold: timedelta = timedelta(seconds=15)
    minimum_stay: timedelta = timedelta(seconds=300)
    move_cost_wh: float = 0.05
    horizon: timedelta = timedelta(hours=1)
    workloads_power_w: float | None = None
    name: str = "hysteresis"

    def score_w(self, park: Park) -> float:
        """The smoothed power, capped at what the workloads can use, W."""
        if self.workloads_power_w is None:
            return park.smoothed_power_w
        return min(park.smoothed_power_w, self.workloads_power_w)

    def margin_over_w(self, present_w: float) -> float:
        """How much more than `present_w` another park must give, W."""
        return max(self.margin_w, self.margin_fraction * max(present_w, 0.0))

    def gain_wh(self, gain_w: float) -> float:
        """The energy that a gain in power brings over the horizon, Wh."""
        return gain_w * self.horizon.total_seconds() / 3600.0


Policy = ThesisPolicy | HysteresisPolicy
