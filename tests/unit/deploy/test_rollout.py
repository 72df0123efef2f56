"""Shares of the traffic, and when the old version takes over again."""

import pytest

from infra.deploy.kubectl import Kubectl
from infra.deploy.rollout.health import Answers, counted
from infra.deploy.rollout.revisions import Revision, Revisions
from infra.deploy.rollout.steps import Watch

PAGE = """
# TYPE ahorrater_requests_total counter
ahorrater_requests_total{path="/rest/a",status="200"} 90
ahorrater_requests_total{path="/rest/a",status="404"} 5
ahorrater_requests_total{path="/rest/a",status="503"} 3
# TYPE ahorrater_events_total counter
ahorrater_events_total{type="t",outcome="taken"} 10
ahorrater_events_total{type="t",outcome="rejected"} 1
ahorrater_events_total{type="t",outcome="retry"} 2
# TYPE something_else_total counter
something_else_total{status="500"} 7
"""


def test_answers_are_counted_from_metrics() -> None:
    assert counted(PAGE) == Answers(good=106, bad=5)


def test_a_page_without_answers() -> None:
    assert counted("") == Answers()
    assert Answers().bad_share == 0


@pytest.mark.parametrize(
    ("answers", "complains"),
    [
        (Answers(good=100), False),
        (Answers(), False),
        (Answers(good=99, bad=1), False),
        (Answers(good=98, bad=2), True),
        (Answers(bad=1), True),
        (Answers(good=100, restarts=1), True),
    ],
)
def test_complaints(answers: Answers, complains: bool) -> None:
    assert (Watch(duration_s=30, interval_s=3, most_bad=0.01).complaint(answers) is not None) is complains


def test_only_what_came_since_counts() -> None:
    assert Answers(12, 3, 1).since(Answers(10, 3, 1)) == Answers(2, 0, 0)
    assert Answers(2, 0).since(Answers(10, 3)) == Answers()


class Recorded(Revisions):
    """Revisions that are told instead of asked for, the newest first."""

    def __init__(self, *revisions: Revision) -> None:
        super().__init__(Kubectl(), "ahorrater", "energy-query", 1)
        object.__setattr__(self, "told", list(revisions))

    def all(self) -> list[Revision]:
        return self.told


@pytest.mark.parametrize(
    ("earlier", "image"),
    [
        ([Revision("r2", "two", 2), Revision("r1", "one", 1)], "two"),
        ([Revision("r2", "three", 2), Revision("r1", "one", 1)], "one"),
        ([Revision("r2", "bad", 2, withdrawn=True), Revision("r1", "one", 1)], "one"),
        ([Revision("r2", "bad", 2, withdrawn=True)], None),
        ([], None),
    ],
)
def test_a_rollback_leads_to_another_image_that_was_good(earlier: list[Revision], image: str | None) -> None:
    serving = Revision("r3", "three", 3)
    before = Recorded(Revision("r4", "four", 4), serving, *earlier).before(serving)
    assert (before.image if before else None) == image
