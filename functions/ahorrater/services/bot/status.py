"""/status: everything in short."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.speaking import Speaker
from ahorrater.services.bot.cluster import ClusterTalk
from ahorrater.services.bot.energy import park_line
from ahorrater.services.bot.ports import Energy
from ahorrater.services.bot.steering import SteeringTalk, steering_lines
from ahorrater.services.bot.talk import Answer, Asked, away_text


@dataclass(frozen=True, slots=True)
class StatusTalk:
    """What is away does not hide the rest."""

    energy: Energy
    cluster: ClusterTalk
    steering: SteeringTalk
    clock: Callable[[], datetime]

    def status(self, asked: Asked) -> Answer:
        """The sunny node, how relabel is steered, each park, the day's account; buttons for what waits."""
        speaker = asked.speaker
        try:
            control = self.steering.relabel.show()
        except RetryLater as away:
            steering = Answer(away_text(speaker, away))
        else:
            steering = steering_lines(control, speaker, may_change=asked.question.may_change)
        lines = [
            _or_away(speaker, lambda: self.cluster.sunny_line(speaker)),
            steering.text,
            _or_away(speaker, lambda: self._parks(speaker)),
            _or_away(speaker, lambda: self._today(speaker)),
        ]
        return Answer("\n".join(line for line in dict.fromkeys(lines) if line), steering.buttons)

    def _parks(self, speaker: Speaker) -> str:
        lines = [park_line(park, speaker, in_full=False) for park in self.energy.parks()]
        return "\n".join(lines) or speaker.say("no-parks")

    def _today(self, speaker: Speaker) -> str:
        """The account is of what was carried out."""
        account = self.energy.day(self.clock().date())
        if account is None:
            return ""
        moves = speaker.say("moves-one" if account.moves == 1 else "moves-many", count=account.moves)
        energy, co2 = speaker.number(account.net_wh), speaker.number(account.saved_co2_kg * 1000)
        part = account.renewable_share
        share = "" if part is None else speaker.say("digest-share", share=speaker.number(100 * part, 0))
        return speaker.say("today", energy=energy, share=share, moves=moves, co2=co2)


def _or_away(speaker: Speaker, say: Callable[[], str]) -> str:
    try:
        return say()
    except RetryLater as away:
        return away_text(speaker, away)
