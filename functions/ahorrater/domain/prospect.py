"""What a park has in prospect: the sun that is expected of it, and the charge that its battery holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorrater.domain.battery import Battery, flow
from ahorrater.domain.futures import Deviations, Expected, served


@dataclass(frozen=True, slots=True)
class Charge:
    """A battery, and what it holds now, Wh. `later_wh`: what the sun gives after the steps, until dusk, Wh.

    `worth`: what a Wh that it holds at dusk counts, as a share of one that is served.
    """

    battery: Battery
    stored_wh: float
    later_wh: float
    worth: float

    def at_dusk_wh(self, stored_wh: float) -> float:
        """What it holds at dusk if it holds `stored_wh` after the steps and nobody works there any more, Wh."""
        return min(stored_wh + self.battery.charge_efficiency * self.later_wh, self.battery.capacity_wh)


@dataclass(frozen=True, slots=True)
class Prospect:
    """expected: of each step, Wh. hours: how long each is. charge: None where there is no battery."""

    expected: Sequence[Expected]
    hours: Sequence[float]
    charge: Charge | None = None

    def worth_wh(self, deviations: Deviations) -> list[float]:
        """What it is worth to work here in each of the steps of a future, Wh: what is served, less the worth of what
        the battery will hold less at dusk than if it had been left alone. Whoever comes later finds the battery as
        though the work had been here from the beginning: never more than is there.
        """
        if self.charge is None:
            return served(self.expected, deviations)
        charge, battery, worth, lacked_wh = self.charge, self.charge.battery, [], 0.0
        used_wh = left_wh = charge.stored_wh
        for step, hours, deviation in zip(self.expected, self.hours, deviations, strict=False):
            sun_w, load_w = max(step.mean + step.spread * deviation, 0.0) / hours, step.limit / hours
            used = flow(battery, used_wh, sun_w, load_w, hours)
            used_wh, left_wh = used.stored_wh, flow(battery, left_wh, sun_w, 0.0, hours).stored_wh
            lacks_wh = charge.at_dusk_wh(left_wh) - charge.at_dusk_wh(used_wh)
            worth.append(used.served_wh - charge.worth * (lacks_wh - lacked_wh))
            lacked_wh = lacks_wh
        return worth

    def first_wh(self, deviation: float) -> float:
        """The same of the first step alone."""
        return self.expected[0].served(deviation) if self.charge is None else self.worth_wh((deviation,))[0]
