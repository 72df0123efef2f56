"""/panels, /why, /chart: what the parks give, and what was made of it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorrater.contracts.answers import DecisionEntry, HealthFlag, History, ParkCondition, ParkNow
from ahorrater.contracts.exports import MAX_SERIES, DataExport, TimeSeries
from ahorrater.domain.speaking import Speaker, together
from ahorrater.services.bot.ports import Energy
from ahorrater.services.bot.talk import Answer, Asked

ICONS = {
    ParkCondition.ONLINE: "🟢",
    ParkCondition.STALE: "🟡",
    ParkCondition.OFFLINE: "🔴",
    ParkCondition.SLEEPING: "🌙",
    ParkCondition.MISSING: "⚪",
}
SUSPECT = {HealthFlag.SOILING, HealthFlag.SHADE, HealthFlag.FAILURE}
MAX_HOURS = 168
POINTS = 400
"""About so many points a line: a phone shows no more."""
STEPS_S = (10, 60, 300, 900, 1800, 3600)
DEFAULT_HOURS = "6"


@dataclass(frozen=True, slots=True)
class EnergyTalk:
    """`draw` makes a PNG."""

    energy: Energy
    draw: Callable[[DataExport], bytes]
    clock: Callable[[], datetime]

    def panels(self, asked: Asked) -> Answer:
        """A line for each park."""
        parks = self.energy.parks()
        lines = [park_line(park, asked.speaker, in_full=True) for park in parks]
        return Answer("\n".join(lines) or asked.speaker.say("no-parks"))

    def why(self, asked: Asked) -> Answer:
        """The newest decision, its reason and what is pending."""
        decision = self.energy.latest_decision()
        if decision is None or decision.chosen is None:
            return Answer(asked.speaker.say("why-nothing"))
        return Answer("\n".join(self._why(decision, asked.speaker)))

    def chart(self, asked: Asked) -> Answer:
        """The power of all parks over the last hours."""
        hours = _hours(asked.argument or DEFAULT_HOURS)
        if hours is None:
            return Answer(asked.speaker.say("chart-usage", most=MAX_HOURS))
        until = self.clock()
        since = until - timedelta(hours=hours)
        said = f"{hours:g}"
        lines = _lines(self.energy.histories(since, until, step_of(hours)))
        if not lines:
            return Answer(asked.speaker.say("chart-empty", hours=said))
        title = asked.speaker.say("chart-title", hours=said)
        return Answer(title, png=self.draw(DataExport(title=title, unit="W", series=lines)))

    def _why(self, decision: DecisionEntry, speaker: Speaker) -> list[str]:
        now = self.clock()
        nodes = together(decision.chosen or "", decision.also)
        lines = [speaker.say("because", node=nodes, reason=speaker.words[decision.reason])]
        for park in decision.parks:
            power = park.power_w if park.score_w is None else park.score_w
            said = speaker.say("park-unknown") if power is None else speaker.say("watts", power=speaker.number(power))
            lines.append(f"· {park.node}: {said}")
        if decision.pending is not None:
            left_s = (decision.pending.fires_at - now).total_seconds()
            phrase = "pending" if left_s > 0 else "pending-now"
            lines.append(speaker.say(phrase, node=decision.pending.node, duration=speaker.duration(max(left_s, 0))))
        age_s = max(0.0, (now - decision.last_at).total_seconds())
        return [*lines, speaker.say("decided", duration=speaker.duration(age_s), policy=decision.policy)]


def park_line(park: ParkNow, speaker: Speaker, *, in_full: bool) -> str:
    """One park: how it is, what it gives and, in full, everything else that is known. Unknown is not zero."""
    power = "park-unknown" if park.power_w is None else "watts"
    said = speaker.say(power, power=None if park.power_w is None else speaker.number(park.power_w))
    more = [*_trouble(park, speaker), *(_details(park, speaker) if in_full else ())]
    return speaker.say(
        "park", icon=ICONS[park.state], node=park.node, power=said, more="".join(f" · {one}" for one in more)
    )


def _trouble(park: ParkNow, speaker: Speaker) -> list[str]:
    trouble = [] if park.state is ParkCondition.ONLINE else [speaker.say(f"state-{park.state}")]
    if park.quarantine is not None:
        trouble.append(speaker.say("quarantine", cause=park.quarantine.cause))
    if park.health is not None and park.health.flag in SUSPECT:
        trouble.append(speaker.say(f"health-{park.health.flag}"))
    return trouble


def _details(park: ParkNow, speaker: Speaker) -> list[str]:
    details = []
    if park.voltage_v is not None and park.current_a is not None:
        numbers = {"voltage": speaker.number(park.voltage_v), "current": speaker.number(park.current_a, 2)}
        details.append(speaker.say("electric", **numbers))
    if park.battery_soc is not None:
        details.append(speaker.say("battery", percent=speaker.number(park.battery_soc * 100, 0)))
    if park.expected_w is not None:
        details.append(speaker.say("expected", power=speaker.number(park.expected_w)))
    if park.age_s is not None:
        details.append(speaker.say("age", duration=speaker.duration(park.age_s)))
    return details


def _hours(text: str) -> float | None:
    """The hours that somebody typed; None for what is no number between 1 and MAX_HOURS."""
    try:
        hours = float(text.replace(",", ".").removesuffix("h").strip())
    except ValueError:
        return None
    return hours if math.isfinite(hours) and 1 <= hours <= MAX_HOURS else None


def step_of(hours: float) -> int:
    """The interval, s, with which so many hours make about POINTS points."""
    return next((step_s for step_s in STEPS_S if hours * 3600 / step_s <= POINTS), STEPS_S[-1])


def _lines(histories: Sequence[History]) -> tuple[TimeSeries, ...]:
    """A line for each park that said something; of many parks those that gave most."""
    spoke = [history for history in histories if history.points]
    most = sorted(spoke, key=lambda history: -sum(point.power_w for point in history.points))[:MAX_SERIES]
    return tuple(
        TimeSeries(name=history.node, points=tuple((point.at, point.power_w) for point in history.points))
        for history in sorted(most, key=lambda history: history.node)
    )
