"""The parks' batteries, from the environment."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.contracts.base import NodeName
from ahorrater.domain.battery import Bank, Battery

Efficiency = Annotated[float, Field(gt=0, le=1)]
PowerLimit = Annotated[float, Field(gt=0)]


class BatterySettings(BaseModel):
    """One park's battery in PARK_BATTERIES; what each number means is told in `ahorrater.domain.battery`."""

    model_config = ConfigDict(extra="forbid")

    capacity_wh: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    charge_efficiency: Efficiency = 0.95
    discharge_efficiency: Efficiency = 0.95
    max_charge_w: PowerLimit = float("inf")
    max_discharge_w: PowerLimit = float("inf")
    reserve: Annotated[float, Field(ge=0, lt=1)] = 0.2


class BatteriesSettings(BaseSettings):
    """PARK_BATTERIES: JSON, node -> battery (see BatterySettings). Empty: nobody has one.

    POLICY_WORKLOADS_POWER_W: what the workloads need, W. With batteries it has to be told: how fast they empty, and for
        how long they last, depends on it.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    park_batteries: dict[NodeName, BatterySettings] = Field(default_factory=dict, validation_alias="PARK_BATTERIES")
    workloads_power_w: float | None = Field(default=None, gt=0, validation_alias="POLICY_WORKLOADS_POWER_W")

    @model_validator(mode="after")
    def _load_is_known(self) -> Self:
        if self.park_batteries and self.workloads_power_w is None:
            raise ValueError("PARK_BATTERIES needs POLICY_WORKLOADS_POWER_W: set it to what the workloads need, W")
        return self

    def batteries(self) -> dict[str, Battery]:
        """The same, as the domain wants it."""
        return {node: Battery(**one.model_dump()) for node, one in self.park_batteries.items()}

    def bank(self) -> Bank:
        """The batteries, and what the workloads draw of one."""
        return Bank(self.batteries(), self.workloads_power_w or 0.0)
