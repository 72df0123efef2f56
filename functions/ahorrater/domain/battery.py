"""A park's battery: what it takes, what it gives back, and what must be left until dawn."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Battery:
    """capacity_wh: what it holds, Wh. charge_efficiency, discharge_efficiency: the shares that survive, 0 to 1.

    max_charge_w, max_discharge_w: power limits at the terminals, W. reserve: the share of the capacity that the
    workloads never get, so that the device itself lives until dawn.
    """

    capacity_wh: float
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    max_charge_w: float = float("inf")
    max_discharge_w: float = float("inf")
    reserve: float = 0.2

    @property
    def reserve_wh(self) -> float:
        """What stays, Wh."""
        return self.reserve * self.capacity_wh

    def available_w(self, stored_wh: float, during: timedelta) -> float:
        """The power that it can give for so long without touching the reserve, W."""
        free_wh = max(stored_wh - self.reserve_wh, 0.0) * self.discharge_efficiency
        return min(self.max_discharge_w, free_wh / _hours(during))


@dataclass(frozen=True, slots=True)
class Flow:
    """One interval's energy, Wh. What came in is served, stored, lost or spilled: nothing else happens to it."""

    stored_wh: float
    served_wh: float
    spilled_wh: float
    lost_wh: float


def flow(battery: Battery, stored_wh: float, solar_w: float, load_w: float, during: timedelta) -> Flow:
    """The interval, at whose end `Flow.stored_wh` is held: the sun serves first, the battery what is missing."""
    hours = _hours(during)
    direct_w = min(max(solar_w, 0.0), load_w)
    drawn_w = min(load_w - direct_w, battery.available_w(stored_wh, during))
    surplus_w = max(solar_w, 0.0) - direct_w
    room_w = max(battery.capacity_wh - stored_wh, 0.0) / battery.charge_efficiency / hours
    charging_w = min(surplus_w, battery.max_charge_w, room_w)
    taken_wh = drawn_w * hours / battery.discharge_efficiency
    kept_wh = charging_w * hours * battery.charge_efficiency
    return Flow(
        stored_wh=stored_wh + kept_wh - taken_wh,
        served_wh=(direct_w + drawn_w) * hours,
        spilled_wh=(surplus_w - charging_w) * hours,
        lost_wh=charging_w * hours - kept_wh + taken_wh - drawn_w * hours,
    )


def _hours(during: timedelta) -> float:
    return during.total_seconds() / 3600.0
