"""Applying, while a webhook of the cluster is away."""

from collections.abc import Callable

import pytest

from infra.deploy.apply import WEBHOOK_PATIENCE_S, patiently
from infra.deploy.errors import DeployError

AWAY = 'Internal error occurred: failed calling webhook "validation.webhook.eventing.knative.dev": connection refused'


class Clock:
    """Time passes in pauses only."""

    now_s = 0.0

    def pause(self, seconds: float) -> None:
        self.now_s += seconds


def failing(times: int, words: str) -> tuple[Callable[[], None], list[int]]:
    """What fails so often, and the list of its calls."""
    calls: list[int] = []

    def apply() -> None:
        calls.append(len(calls))
        if len(calls) <= times:
            raise DeployError(words)

    return apply, calls


def test_a_webhook_that_comes_back_is_waited_for() -> None:
    clock = Clock()
    apply, calls = failing(3, AWAY)
    patiently(apply, clock.pause, lambda: clock.now_s)
    assert len(calls) == 4


def test_one_that_stays_away_is_told() -> None:
    clock = Clock()
    apply, _ = failing(1000, AWAY)
    with pytest.raises(DeployError, match="failed calling webhook"):
        patiently(apply, clock.pause, lambda: clock.now_s)
    assert clock.now_s >= WEBHOOK_PATIENCE_S


def test_what_is_wrong_is_told_at_once() -> None:
    clock = Clock()
    apply, calls = failing(1000, "the Deployment is invalid")
    with pytest.raises(DeployError, match="invalid"):
        patiently(apply, clock.pause, lambda: clock.now_s)
    assert len(calls) == 1
