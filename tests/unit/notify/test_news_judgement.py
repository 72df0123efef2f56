"""What is news: tables of what was heard, in which order, and what is told of it."""

from datetime import timedelta

import pytest

from ahorrater.domain.decision import Reason
from ahorrater.domain.news import (
    Choice,
    Contact,
    Silence,
    ToldEpoch,
    judge_choice,
    judge_contact,
    judge_epoch,
    judge_silence,
)
from tests.unit.notify.notify_fakes import NOON


def choice(epoch=1, at_s=0.0, node="b", previous="a", reason=Reason.BETTER_NODE):
    return Choice(epoch, NOON + timedelta(seconds=at_s), node, previous, reason, 12.0, 3.0)


def told_of(judge, heard, *more):
    """What is told of each thing heard, in order; None where it is no news."""
    told, news = None, []
    for one in heard:
        judged = judge(told, one, *more)
        if judged is not None:
            told = judged[0]
        news.append(judged[1] if judged else None)
    return news


@pytest.mark.parametrize(
    ("epochs", "news"),
    [
        ([1], [True]),
        ([1, 1, 1], [True, False, False]),
        ([1, 2, 1, 2], [True, True, False, False]),
        ([3, 1, 2, 4], [True, False, False, True]),
        ([0, 0, 1], [True, False, True]),
        ([1, 2**53 - 1, 2**31], [True, False, False]),
        ([1, 2**29, 2**29 + 1], [True, True, True]),
    ],
)
def test_a_choice_is_told_once_and_never_an_older_one(epochs, news):
    told = told_of(judge_choice, [choice(epoch) for epoch in epochs], NOON)
    assert [one is not None for one in told] == news


@pytest.mark.parametrize(("epochs", "news"), [([5, 5, 4, 6], [True, False, False, True])])
def test_an_outcome_is_told_once_an_epoch(epochs, news):
    told, heard = None, []
    for epoch in epochs:
        newer = judge_epoch(told, epoch, NOON)
        told = newer or told
        heard.append(newer is not None)
    assert heard == news
    assert told == ToldEpoch(6)


def test_how_long_the_previous_node_was_sunny():
    first, second, third = told_of(
        judge_choice,
        [
            choice(1, 0, "a", None, Reason.FIRST_CHOICE),
            choice(2, 4320, "b", "a"),
            choice(4, 5000, "d", "c"),  # epoch 3 was never heard: nobody knows since when c was sunny
        ],
        NOON,
    )
    assert (first.stayed_s, second.stayed_s, third.stayed_s) == (None, 4320, None)


STALE, AGAIN = Reason.ALL_STALE, Reason.HEARD_AGAIN


@pytest.mark.parametrize(
    ("heard", "news"),
    [
        # (at s, reason, previous): what people are told
        ([(0, AGAIN, "b")], [None]),
        ([(0, STALE, "b")], [Silence("b", over=False)]),
        ([(0, STALE, "b"), (60, STALE, "b")], [Silence("b", over=False), None]),
        ([(0, STALE, "b"), (60, AGAIN, "b")], [Silence("b", over=False), Silence("b", over=True)]),
        (
            [(0, STALE, "b"), (60, AGAIN, "b"), (0, STALE, "b")],
            [Silence("b", over=False), Silence("b", over=True), None],
        ),
        ([(60, AGAIN, "b"), (0, STALE, "b")], [None, None]),
        ([(0, STALE, "b"), (60, Reason.PRESENT_SILENT, "a")], [Silence("b", over=False), None]),
        (
            [(0, STALE, "b"), (60, Reason.PRESENT_SILENT, "a"), (90, STALE, "b")],
            [Silence("b", over=False), None, Silence("b", over=False)],
        ),
    ],
)
def test_silence_is_told_when_it_begins_and_ends(heard, news):
    choices = [choice(1, at_s, reason=reason, previous=previous) for at_s, reason, previous in heard]
    assert told_of(judge_silence, choices) == news


ONLINE, OFFLINE = False, True


@pytest.mark.parametrize(
    ("heard", "news"),
    [
        # (at s, lost, boot): what people are told
        ([(0, ONLINE, 1)], [None]),
        ([(0, OFFLINE, 1)], [Contact("n", lost=True)]),
        ([(0, ONLINE, 1), (9, OFFLINE, 1)], [None, Contact("n", lost=True)]),
        ([(0, OFFLINE, 1), (9, OFFLINE, 1)], [Contact("n", lost=True), None]),
        ([(0, OFFLINE, 1), (9, ONLINE, 2)], [Contact("n", lost=True), Contact("n", lost=False, away_s=9)]),
        # the same event again, and late ones
        ([(0, OFFLINE, 1), (0, OFFLINE, 1)], [Contact("n", lost=True), None]),
        (
            [(0, OFFLINE, 1), (9, ONLINE, 1), (0, OFFLINE, 1)],
            [Contact("n", lost=True), Contact("n", lost=False, away_s=9), None],
        ),
        ([(0, ONLINE, 1), (20, ONLINE, 1), (10, OFFLINE, 1)], [None, None, None]),
        # the last will of the boot before, published after the device is back
        ([(0, ONLINE, 2), (9, OFFLINE, 1)], [None, None]),
        # a device whose flash was erased counts its boots from the beginning
        ([(0, OFFLINE, 7), (9, ONLINE, 0)], [Contact("n", lost=True), Contact("n", lost=False, away_s=9)]),
    ],
)
def test_a_park_is_told_when_it_is_lost_and_when_it_is_back(heard, news):
    def judge(told, one):
        at_s, lost, boot = one
        return judge_contact(told, "n", lost=lost, boot=boot, at=NOON + timedelta(seconds=at_s))

    assert told_of(judge, heard) == news


def test_how_long_a_park_was_away_counts_from_its_loss():
    def judge(told, one):
        at_s, lost = one
        return judge_contact(told, "n", lost=lost, boot=1, at=NOON + timedelta(seconds=at_s))

    assert told_of(judge, [(0, OFFLINE), (50, OFFLINE), (60, ONLINE)])[2] == Contact("n", lost=False, away_s=60)
