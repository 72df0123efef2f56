"""The decision's numbers, from the environment."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from ahorrater.adapters.batteries import BatteriesSettings
from ahorrater.contracts.base import NodeName
from ahorrater.domain.operating_rules import Night, OperatingRules
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, Policy, ThesisPolicy
from ahorrater.domain.spread import ALONE, Spread
from ahorrater.services.choose import CANDIDATES, Patience


class PolicySettings(BatteriesSettings):
    """Which policy decides, and its numbers; what each means is told in `ahorrater.domain.policies`.

    POLICY: `forecast`, which decides as `hysteresis` until each park has been seen for a day; `hysteresis`; or
        `thesis`, the original algorithm.
    POLICY_WORKLOADS_POWER_W: what the workloads need, W; empty: the more a park gives, the better.
    POLICY_MOVE_COST_WH: what a move costs, Wh: three minutes of the workloads' power is what was judged with.
    POLICY_FORECAST_MARGIN: by how much of a move's cost the promised gain must exceed it.
    POLICY_MOVES_A_DAY: how many moves there may be in any 24 hours; empty: as many as are worth it. A park that is
        silent or not believed is left all the same.
    POLICY_NIGHT: what becomes of the work while no park gives power and no battery has any: it may `stay`; `park`, on
        POLICY_NIGHT_NODE or, where that is empty, on the node whose battery holds most; or be `shed`: workloads that
        say so stop until there is power again.
    POLICY_NIGHT_POWER_W: a park that gives no more, W, has no sun; the night ends at twice as much.
    PARK_BATTERIES: the parks' batteries, see BatteriesSettings.
    POLICY_SUNNY_NODES: at most so many nodes share the work, while one does not feed it; more than 1 needs
        POLICY_WORKLOADS_POWER_W.
    POLICY_BARRED_S: how long a node is not chosen again after a move to it failed, s.
    POLICY_REPEAT_AFTER_S: how long relabel may take before a choice is told again, s.
    POLICY_ASSERT_EVERY_S: how often a choice that was carried out is told again, s: should relabel have forgotten it,
        or this database, restored from a backup, be behind the cluster, they find out.
    """

    model_config = SettingsConfigDict(env_prefix="POLICY_")

    name: Literal["thesis", "hysteresis", "forecast"] = Field(default="forecast", validation_alias="POLICY")
    stale_after_s: float = Field(default=30, gt=0)
    margin_fraction: float = Field(default=0.10, ge=0)
    margin_w: float = Field(default=0.5, ge=0)
    hold_s: float = Field(default=120, ge=0)
    failing_fraction: float = Field(default=0.5, ge=0, le=1)
    failing_hold_s: float = Field(default=15, ge=0)
    minimum_stay_s: float = Field(default=300, ge=0)
    move_cost_wh: float = Field(default=0.05, ge=0)
    horizon_s: float = Field(default=3600, gt=0)
    forecast_margin: float = Field(default=0, ge=-0.5)
    moves_a_day: int | None = Field(default=None, ge=0)
    night: Night = Night.STAY
    night_node: NodeName | None = None
    night_power_w: float = Field(default=0.5, ge=0)
    sunny_nodes: int = Field(default=1, ge=1, le=CANDIDATES)
    barred_s: float = Field(default=600, ge=0)
    repeat_after_s: float = Field(default=30, ge=0)
    assert_every_s: float = Field(default=600, gt=0)

    def patience(self) -> Patience:
        """The waiting times, as the service wants them."""
        return Patience(
            barred_for=timedelta(seconds=self.barred_s),
            repeat_after=timedelta(seconds=self.repeat_after_s),
            assert_every=timedelta(seconds=self.assert_every_s),
        )

    @model_validator(mode="after")
    def _knows_what_is_shared(self) -> "PolicySettings":
        if self.sunny_nodes > 1 and self.workloads_power_w is None:
            raise ValueError("POLICY_SUNNY_NODES above 1 needs POLICY_WORKLOADS_POWER_W: what the workloads need, W")
        return self

    def spread(self) -> Spread:
        """How many may share the work."""
        return ALONE if self.workloads_power_w is None else Spread(self.sunny_nodes, self.workloads_power_w)

    def policy(self) -> Policy:
        """The same, as the decision wants it."""
        if self.name == "thesis":
            return ThesisPolicy(timedelta(seconds=self.stale_after_s), self._rules())
        return self._forecast() if self.name == "forecast" else self._hysteresis()

    def _forecast(self) -> ForecastPolicy:
        hysteresis = self._hysteresis()
        return ForecastPolicy(
            stale_after=hysteresis.stale_after,
            workloads_power_w=self.workloads_power_w,
            move_cost_wh=self.move_cost_wh,
            margin=self.forecast_margin,
            gain_fraction=self.margin_fraction if self.workloads_power_w is None else 0.0,
            batteries=hysteresis.batteries,
            fallback=hysteresis,
            rules=hysteresis.rules,
        )

    def _hysteresis(self) -> HysteresisPolicy:
        return HysteresisPolicy(
            stale_after=timedelta(seconds=self.stale_after_s),
            margin_fraction=self.margin_fraction,
            margin_w=self.margin_w,
            hold=timedelta(seconds=self.hold_s),
            failing_fraction=self.failing_fraction,
            failing_hold=timedelta(seconds=self.failing_hold_s),
            minimum_stay=timedelta(seconds=self.minimum_stay_s),
            move_cost_wh=self.move_cost_wh,
            horizon=timedelta(seconds=self.horizon_s),
            workloads_power_w=self.workloads_power_w,
            batteries=self.batteries(),
            rules=self._rules(),
        )

    def _rules(self) -> OperatingRules:
        return OperatingRules(self.moves_a_day, self.night, self.night_node, self.night_power_w)
