"""energy-query: every park now, and what its sky lets expect of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ahorrater.contracts.answers import ForecastPoint, PanelHealth, ParkCondition, ParkNow
from ahorrater.contracts.answers import Quarantine as DoubtedSensor
from ahorrater.contracts.events import DeviceStatus
from ahorrater.domain.parks import Freshness, ParkState
from ahorrater.domain.sky import Sky
from ahorrater.domain.trust import Trust

FORECAST_STEP = timedelta(minutes=10)
FORECAST_STEPS = 12


@dataclass(frozen=True, slots=True)
class DeviceWord:
    """What a device said of itself, and when."""

    status: DeviceStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownPark:
    """All that is stored of a park: its running state, its sky, its device's last word, its panel's health."""

    state: ParkState
    sky: Sky | None
    word: DeviceWord | None
    health: PanelHealth | None = None


def park_now(known: KnownPark, now: datetime, stale_after: timedelta) -> ParkNow:
    """The answer for one park."""
    latest, park = known.state.latest, known.state.park()
    age = park.age(now)
    forecast = _forecast(known, now)
    return ParkNow(
        node=park.node,
        state=_condition(known, park.freshness(now, stale_after)),
        power_w=latest.power_w if latest else None,
        voltage_v=latest.voltage_v if latest else None,
        current_a=latest.current_a if latest else None,
        battery_soc=latest.battery_soc if latest else None,
        measured_at=latest.seen_at if latest else None,
        age_s=None if age is None else age.total_seconds(),
        expected_w=forecast[0].power_w if forecast else None,
        forecast=tuple(forecast[1:]) if forecast else None,
        health=known.health,
        quarantine=_doubt(known.state.trust),
    )


def _doubt(trust: Trust) -> DoubtedSensor | None:
    doubted = trust.quarantine
    return DoubtedSensor(cause=str(doubted), since=doubted.since) if doubted else None


def _condition(known: KnownPark, freshness: Freshness) -> ParkCondition:
    word, latest = known.word, known.state.latest
    if word and word.status is not DeviceStatus.ONLINE and (latest is None or word.at >= latest.seen_at):
        return ParkCondition(word.status)
    by_age = {Freshness.FRESH: ParkCondition.ONLINE, Freshness.STALE: ParkCondition.STALE}
    return by_age.get(freshness, ParkCondition.MISSING)


def _forecast(known: KnownPark, now: datetime) -> Sequence[ForecastPoint]:
    """Now and the coming two hours; nothing before the sky was learned."""
    sky, latest = known.sky, known.state.latest
    if latest is None or sky is None or not sky.learned:
        return ()
    sky = sky.now(replace(known.state.park(), sky=sky).harvestable_w)
    moments = [now + step * FORECAST_STEP for step in range(FORECAST_STEPS + 1)]
    return [ForecastPoint(at=at, power_w=sky.expected(at, max(at - latest.seen_at, timedelta(0)))[0]) for at in moments]
