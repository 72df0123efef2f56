"""A park's battery: what it takes, what it gives back, and what must be left until dawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from ahorrater.domain.samples import ParkSample

LONGEST_STEP = timedelta(minutes=10)
"""A reading tells of the sun since the one before, but not of more than this: a silent park may have been dark."""
FULL = 0.98
"""From this charge on, as a share of the capacity, a charge controller lets the panel give only what is used."""


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

    @classmethod
    def lasting(cls, hours: float, load_w: float, efficiency: float, reserve: float, max_w: float) -> "Battery":
        """One that feeds the load for so long, reserve apart; efficiency and limit both of charging and discharging."""
        capacity_wh = hours * load_w / (efficiency * (1 - reserve))
        return cls(capacity_wh, efficiency, efficiency, max_w, max_w, reserve)

    @property
    def reserve_wh(self) -> float:
        """What stays, Wh."""
        return self.reserve * self.capacity_wh

    def free_wh(self, stored_wh: float) -> float:
        """What the workloads can still get of it, Wh."""
        return max(stored_wh - self.reserve_wh, 0.0) * self.discharge_efficiency

    def available_w(self, stored_wh: float, hours: float) -> float:
        """The power that it can give for so long without touching the reserve, W."""
        return min(self.max_discharge_w, self.free_wh(stored_wh) / hours)


class Flow(NamedTuple):
    """One interval's energy, Wh. What came in is served, stored, lost or spilled: nothing else happens to it."""

    stored_wh: float
    served_wh: float
    spilled_wh: float
    lost_wh: float


def flow(battery: Battery, stored_wh: float, solar_w: float, load_w: float, hours: float) -> Flow:
    """The interval, at whose end `Flow.stored_wh` is held: the sun serves first, the battery what is missing."""
    direct_w = min(max(solar_w, 0.0), load_w)
    drawn_w = min(load_w - direct_w, battery.available_w(stored_wh, hours))
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


@dataclass(frozen=True, slots=True)
class Bank:
    """The batteries of the parks that have one, and what the workloads draw of the park that they are on, W."""

    batteries: Mapping[str, Battery]
    load_w: float

    def charged(
        self, node: str, latest: ParkSample | None, samples: Iterable[ParkSample], worked_on: str | None
    ) -> list[ParkSample]:
        """The samples of a park, each with the charge of its battery: what the device says, else what follows from the
        charge before. `worked_on`: the node that the workloads are on. Nothing is said of a sample before the latest.
        """
        battery, known, before = self.batteries[node], [], latest
        load_w = self.load_w if node == worked_on else 0.0
        for sample in sorted(samples, key=lambda sample: sample.order):
            if before is not None and sample.order < before.order:
                known.append(sample)
                continue
            told = sample.battery_soc
            soc = _modelled(battery, before, sample, load_w) if told is None else told
            before = replace(sample, battery_soc=soc)
            known.append(before)
        return known

    def free_wh(self, node: str, sample: ParkSample | None) -> float:
        """What the workloads can still get of the park's battery, Wh."""
        battery = self.batteries.get(node)
        if battery is None or sample is None or sample.battery_soc is None:
            return 0.0
        return battery.free_wh(sample.battery_soc * battery.capacity_wh)


def _modelled(battery: Battery, before: ParkSample | None, sample: ParkSample, load_w: float) -> float:
    """A battery of which nothing is known holds its reserve and no more."""
    if before is None or before.battery_soc is None or battery.capacity_wh <= 0:
        return battery.reserve
    elapsed, stored_wh = sample.seen_at - before.seen_at, before.battery_soc * battery.capacity_wh
    silent, heard = elapsed - min(elapsed, LONGEST_STEP), min(elapsed, LONGEST_STEP)
    for power_w, during in ((0.0, silent), (sample.power_w, heard)):
        if during > timedelta(0):
            stored_wh = flow(battery, stored_wh, power_w, load_w, during / timedelta(hours=1)).stored_wh
    return min(max(stored_wh / battery.capacity_wh, 0.0), 1.0)
