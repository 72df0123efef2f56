"""One sample of a park, as a device says it and as an event carries it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ahorrater.contracts.base import BootNumber, Contract, NodeName, SequenceNumber, UtcDatetime

MAX_VOLTAGE_V = 26.0
"""The INA219's bus limit, whatever its range bit says (datasheet SBOS448, 8.6.3)."""
MAX_CURRENT_A = 3.2
"""320 mV over the usual 0.1 ohm shunt: full scale."""
MAX_POWER_W = MAX_VOLTAGE_V * MAX_CURRENT_A

Voltage = Annotated[float, Field(ge=0, le=MAX_VOLTAGE_V)]
Current = Annotated[float, Field(ge=-MAX_CURRENT_A, le=MAX_CURRENT_A)]
Power = Annotated[float, Field(ge=-MAX_POWER_W, le=MAX_POWER_W)]
StateOfCharge = Annotated[float, Field(ge=0, le=1)]


class Sample(Contract):
    """What every reading says, whoever says it.

    `measured_at` is null until the device knows the time. `power_w` may be left out: then it is voltage times current.
    """

    boot: BootNumber
    seq: SequenceNumber
    measured_at: UtcDatetime | None = None
    voltage_v: Voltage
    current_a: Current
    power_w: Power | None = None
    battery_soc: StateOfCharge | None = None
    overflow: bool = False


class Telemetry(Sample):
    """The payload of `ahorrater/v1/<node>/telemetry`: the topic names the node; a payload that does too must agree."""

    node: NodeName | None = None


class Reading(Sample):
    """One sample of the park of one node. Its identity is (node, boot, seq): a duplicate is stored once.

    `measured_at_receipt` marks a `measured_at` that is the source's receipt time, the device not knowing its own.
    """

    node: NodeName
    measured_at_receipt: bool = False

    @staticmethod
    def of(node: str, telemetry: Telemetry, received_at: datetime) -> "Reading":
        """The reading that a device's payload is, with the receipt time where the device knew none.

        The parts are valid already, so nothing is validated twice.
        """
        power_w = telemetry.voltage_v * telemetry.current_a if telemetry.power_w is None else telemetry.power_w
        return Reading.model_construct(
            node=node,
            boot=telemetry.boot,
            seq=telemetry.seq,
            measured_at=telemetry.measured_at or received_at,
            measured_at_receipt=telemetry.measured_at is None,
            voltage_v=telemetry.voltage_v,
            current_a=telemetry.current_a,
            power_w=power_w,
            battery_soc=telemetry.battery_soc,
            overflow=telemetry.overflow,
        )

    def dated(self, received_at: datetime) -> "Reading":
        """Itself, or, where nobody has said when it was measured, a copy that says so by its receipt."""
        if self.measured_at is not None:
            return self
        return self.model_copy(update={"measured_at": received_at, "measured_at_receipt": True})

    @property
    def watts(self) -> float:
        """The power, measured or computed."""
        return self.voltage_v * self.current_a if self.power_w is None else self.power_w
