"""The steps of a rollout, and the way back."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from infra.deploy.errors import DeployError
from infra.deploy.rollout.health import Answers, answers_of
from infra.deploy.rollout.revisions import Revision, Revisions

SHARES_PERCENT = (10, 50, 100)


@dataclass(frozen=True, slots=True)
class Watch:
    """How long each share is watched, s; how often, s; which share of bad answers is too much."""

    duration_s: float
    interval_s: float
    most_bad: float

    def complaint(self, answers: Answers) -> str | None:
        """Why the new version is not good enough; None while it is."""
        if answers.restarts:
            return f"its container was restarted {answers.restarts} times"
        if answers.bad_share > self.most_bad:
            return f"{answers.bad} of {answers.good + answers.bad} answers were errors"
        return None


def roll_out(revisions: Revisions, image: str, watch: Watch, say: Callable[[str], None]) -> None:
    """10, 50, 100 % of the traffic to a revision with the image. Raises DeployError after it has gone back."""
    old = revisions.serving()
    if old.image == image:
        say(f"  {revisions.function} runs that image already")
        return
    revisions.pin(old)
    try:
        new = revisions.use_image(image)
        say(f"  {new.name} is ready beside {old.name}")
        for percent in SHARES_PERCENT:
            _step(revisions, old, new, percent, watch, say)
    except (DeployError, httpx.HTTPError) as error:
        go_back(revisions, old)
        raise DeployError(f"{revisions.function} went back to {old.name}: {error}") from None
    revisions.unpin()


def go_back(revisions: Revisions, old: Revision) -> None:
    """The old revision serves at once; then its image is the Service's again, so that nothing stays pinned."""
    revisions.pin(old)
    for newer in revisions.all():
        if newer.generation > old.generation:
            revisions.withdraw(newer)
    revisions.use_image(old.image)
    revisions.unpin()


def _step(
    revisions: Revisions, old: Revision, new: Revision, percent: int, watch: Watch, say: Callable[[str], None]
) -> None:
    before = answers_of(revisions.kubectl, revisions.namespace, new.name)
    revisions.share(old, new, percent)
    deadline = time.monotonic() + watch.duration_s
    while True:
        answers = answers_of(revisions.kubectl, revisions.namespace, new.name).since(before)
        if complaint := watch.complaint(answers):
            raise DeployError(f"at {percent} % {complaint}")
        if time.monotonic() >= deadline:
            break
        time.sleep(watch.interval_s)
    say(f"  {percent:3d} %: {answers.good} answers, {answers.bad} errors in {watch.duration_s:.0f} s")
