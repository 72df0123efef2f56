"""Whether a park's sensor can be believed: what it says is looked at, never corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahorrater.domain.parks import ParkSample


class Doubt(StrEnum):
    """What is wrong with a sensor."""

    SATURATED = "saturated"
    FROZEN = "frozen"
    JUMP = "impossible-jump"
    NIGHT_POWER = "night-power"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A doubt and the numbers it rests on."""

    doubt: Doubt
    evidence: str


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What a sensor and a panel can do.

    max_current_a: the sensor's full scale. peak_w: the panel's. frozen_after: so many identical readings in sunlight
    are no measurement: real light flickers in the last digit. dark_w: more than this without sun is an offset.
    """

    peak_w: float = 83.2
    max_current_a: float = 3.2
    frozen_after: int = 10
    dark_w: float = 0.5


def suspicions(samples: Sequence[ParkSample], rules: Plausibility, *, sun_is_up: bool | None) -> tuple[Suspicion, ...]:
    """What speaks against a park's last readings, oldest first. `sun_is_up`: None where nobody knows the place."""
    checks = (
        _saturated(samples, rules),
        _frozen(samples, rules),
        _jump(samples, rules),
        _night_power(samples, rules) if sun_is_up is False else None,
    )
    return tuple(suspicion for suspicion in checks if suspicion)


def _saturated(samples: Sequence[ParkSample], rules: Plausibility) -> Suspicion | None:
    full = [one for one in samples if one.overflow or abs(one.current_a) >= rules.max_current_a]
    if not full or len(full) * 2 < len(samples):
        return None
    return Suspicion(Doubt.SATURATED, f"{len(full)} of {len(samples)} readings at full scale")


def _frozen(samples: Sequence[ParkSample], rules: Plausibility) -> Suspicion | None:
    last = samples[-rules.frozen_after :]
    values = {(one.voltage_v, one.current_a) for one in last}
    if len(last) < rules.frozen_after or len(values) > 1 or last[-1].power_w <= rules.dark_w:
        return None
    return Suspicion(Doubt.FROZEN, f"{len(last)} readings of exactly {last[-1].power_w:.3f} W")


def _jump(samples: Sequence[ParkSample], rules: Plausibility) -> Suspicion | None:
    highest = max((one.power_w for one in samples), default=0.0)
    if highest <= 1.3 * rules.peak_w:
        return None
    return Suspicion(Doubt.JUMP, f"{highest:.1f} W from a panel of {rules.peak_w:.1f} W")


def _night_power(samples: Sequence[ParkSample], rules: Plausibility) -> Suspicion | None:
    lowest = min((one.power_w for one in samples), default=0.0)
    if lowest <= rules.dark_w:
        return None
    return Suspicion(Doubt.NIGHT_POWER, f"never less than {lowest:.1f} W though the sun is down")
