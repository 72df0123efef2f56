"""What the accounts are made with, from the environment."""

import math
from datetime import timedelta

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.domain.accounting import Tariff


class AccountingSettings(BaseSettings):
    """ACCOUNTING_GRID_KG_PER_KWH: what a kWh from the grid emits, kg CO2. Spain's mix, 2023 and 2024: about 0.1.

    POLICY_WORKLOADS_POWER_W: what the workloads need, W, the number that the decision weighs; where it is not given,
    ACCOUNTING_WORKLOADS_POWER_W: the same for the accounts alone. Neither: all that a park gives counts as served, and
        the renewable share is not known.
    POLICY_MOVE_COST_WH: what a move costs, Wh; the number that the decision weighs.
    ACCOUNTING_INTERVAL_S: over so long the parks' power is averaged; a park must send more often than that.
    """

    model_config = SettingsConfigDict(env_prefix="ACCOUNTING_", env_ignore_empty=True)

    grid_kg_per_kwh: float = Field(default=0.1, ge=0)
    workloads_power_w: float | None = Field(
        default=None, gt=0, validation_alias=AliasChoices("POLICY_WORKLOADS_POWER_W", "ACCOUNTING_WORKLOADS_POWER_W")
    )
    interval_s: float = Field(default=300, ge=1, le=3600)
    move_cost_wh: float = Field(default=0.05, ge=0, validation_alias="POLICY_MOVE_COST_WH")

    @property
    def interval(self) -> timedelta:
        """The same, as a duration."""
        return timedelta(seconds=self.interval_s)

    def tariff(self) -> Tariff:
        """The same, as the accounts want it."""
        return Tariff(self.workloads_power_w or math.inf, self.move_cost_wh, self.grid_kg_per_kwh)
