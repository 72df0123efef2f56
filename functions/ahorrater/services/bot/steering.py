"""/pause, /resume, /approve, /veto: people steer relabel."""

from collections.abc import Callable
from dataclasses import dataclass

from ahorrater.contracts.control import Control, Recommendation, RecommendationState
from ahorrater.domain.buttons import Button, Rows, row
from ahorrater.domain.messages import judging
from ahorrater.domain.speaking import Speaker, together
from ahorrater.services.bot.ports import Steering
from ahorrater.services.bot.talk import Answer, Asked

SURE, CANCEL = "now", "cancel"


@dataclass(frozen=True, slots=True)
class SteeringTalk:
    """Raises RetryLater, NotFound or Refused as relabel does."""

    relabel: Steering

    def pause(self, asked: Asked) -> Answer:
        """Asks whether it is meant; `/pause now` is."""
        speaker = asked.speaker
        if asked.argument == CANCEL:
            return Answer(speaker.say("cancelled"))
        if asked.argument != SURE:
            sure = Button(speaker.say("pause-yes"), f"/pause {SURE}")
            return Answer(speaker.say("pause-sure"), row(sure, Button(speaker.say("pause-no"), f"/pause {CANCEL}")))
        self.relabel.pause()
        return Answer(speaker.say("pause-done"))

    def resume(self, asked: Asked) -> Answer:
        """Decisions are acted on again, or recommended."""
        control = self.relabel.resume()
        return Answer(asked.speaker.say("resume-done", mode=asked.speaker.say(f"mode-{control.mode}")))

    def approve(self, asked: Asked) -> Answer:
        """The recommendation that waits, or the one that is named, is acted on."""
        return self._judge(asked, self.relabel.approve, "approved")

    def veto(self, asked: Asked) -> Answer:
        """The recommendation that waits, or the one that is named, is not acted on."""
        return self._judge(asked, self.relabel.veto, "vetoed")

    def _judge(self, asked: Asked, order: Callable[[int], Control], phrase: str) -> Answer:
        control, speaker = self.relabel.show(), asked.speaker
        waiting = control.waiting
        if waiting is None:
            return Answer(speaker.say("nothing-waits"))
        if asked.argument not in {"", str(waiting.epoch)}:
            said = speaker.say("another-waits", asked=asked.argument, epoch=waiting.epoch, node=waiting.node)
            return Answer(said, _buttons(control, speaker))
        if control.paused and phrase == "approved":
            return Answer(speaker.say("resume-first"))
        order(waiting.epoch)
        return Answer(speaker.say(phrase, epoch=waiting.epoch, node=waiting.node))


def steering_lines(control: Control, speaker: Speaker, *, may_change: bool) -> Answer:
    """How relabel is steered, with buttons for what waits."""
    state = speaker.say("paused" if control.paused else f"mode-{control.mode}")
    if control.waiting is None:
        return Answer(state)
    return Answer(f"{state}\n{_said(control.waiting, speaker)}", _buttons(control, speaker) if may_change else ())


def _buttons(control: Control, speaker: Speaker) -> Rows:
    waits = control.waiting is not None and control.waiting.state is RecommendationState.WAITING
    return judging(control.waiting.epoch, speaker.language) if control.waiting and waits and not control.paused else ()


def _said(recommendation: Recommendation, speaker: Speaker) -> str:
    nodes = together(recommendation.node, recommendation.also)
    return speaker.say(recommendation.state, epoch=recommendation.epoch, node=nodes)
