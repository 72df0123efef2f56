"""How workloads move: tables of what is done with one workload in one situation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.domain.cluster import Deployment, KnativeService, Pod, Workload
from ahorrater.domain.moves import (
    Cause,
    Evict,
    Roll,
    arrived,
    last_ready,
    next_action,
    settled,
    trouble,
    undo_action,
    why_skipped,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def pods(text: str) -> tuple[Pod, ...]:
    """`a` is Ready on a, `a?` is on a and not Ready, `?` has no node, `a!` ends, `a@6` bears mark 6."""
    return tuple(_pod(number, word) for number, word in enumerate(text.split()))


def _pod(number: int, word: str) -> Pod:
    place, _, mark = word.partition("@")
    node = place.rstrip("?!") or None
    ready_since = None if "?" in place else NOON + timedelta(seconds=number)
    unschedulable = node is None
    return Pod(
        "shop",
        f"p{number}",
        node,
        ready_since=ready_since,
        ending="!" in place,
        unschedulable=unschedulable,
        waiting="no cpu" if unschedulable else None,
        mark=mark or None,
    )


def deployment(text: str, **facts: object) -> Deployment:
    return Deployment("shop", "web", replicas=2, pods=pods(text), **facts)


def service(text: str) -> KnativeService:
    return KnativeService("shop", "web", replicas=2, pods=pods(text))


@pytest.mark.parametrize(
    ("where", "is_settled"),
    [("b b", True), ("b b b", True), ("b b a!", True), ("b", False), ("b b?", False), ("b b a", False), ("b ?", False)],
)
def test_settled_means_all_there_all_ready_none_elsewhere(where, is_settled):
    assert settled(deployment(where), "b") is is_settled
    assert settled(service(where), "b") is is_settled


@pytest.mark.parametrize(
    ("workload", "why"),
    [
        (deployment("a a"), None),
        (service("a a"), None),
        (deployment("b b"), "it is on b already"),
        (deployment("a a", requires_sunny=False), "do not require sunny=1"),
        (deployment("a a", recreate=True), "Recreate"),
        (deployment("a a", paused=True), "paused"),
        (replace(deployment(""), replicas=0), "it has no pods"),
        (replace(deployment("a"), replicas=0), None),
    ],
)
def test_who_is_skipped_and_why(workload, why):
    said = why_skipped(workload, "b")
    assert said is None if why is None else why in said


@pytest.mark.parametrize(
    ("where", "facts", "rolls"),
    [
        ("a a", {}, "7"),
        ("a a", {"mark": "7"}, None),
        ("a@6 a@6", {"mark": "6"}, "7"),
        ("a a b@6", {"mark": "6"}, None),
        ("a b@6", {"mark": None}, "7"),
        ("? ?", {}, None),
        ("b b?", {}, None),
        ("a! b b", {}, None),
    ],
)
def test_a_deployment_is_rolled_once_and_not_while_a_rollout_replaces_its_pods(where, facts, rolls):
    action = next_action(deployment(where, **facts), "b", "7")
    assert (action.mark if isinstance(action, Roll) else None) == rolls


@pytest.mark.parametrize(
    ("unavailable", "surge", "needed"), [(0, 1, False), (1, 1, True), (0, 0, True), (2, 0, True), (0, 3, False)]
)
def test_make_before_break_is_set_where_the_strategy_is_another(unavailable, surge, needed):
    action = next_action(deployment("a a", max_unavailable=unavailable, max_surge=surge), "b", "7")
    assert isinstance(action, Roll)
    assert action.make_before_break is needed


@pytest.mark.parametrize(
    ("where", "evicted"),
    [
        ("a a", "p0"),
        ("a b", "p0"),
        ("b a", "p1"),
        ("a a?", "p1"),
        ("a b?", None),
        ("a ?", None),
        ("a", None),
        ("a! b b", None),
        ("b b", None),
    ],
)
def test_a_knative_service_loses_one_pod_at_a_time(where, evicted):
    action = next_action(service(where), "b", "7")
    assert (action.pod.name if isinstance(action, Evict) else None) == evicted


@pytest.mark.parametrize(
    ("workload", "before", "mark"),
    [
        (deployment("a b@7", mark="7"), "6", "6"),
        (deployment("a b@7", mark="7"), None, None),
    ],
)
def test_undoing_puts_the_old_mark_back(workload, before, mark):
    action = undo_action(workload, before)
    assert action is not None
    assert (action.mark, action.make_before_break) == (mark, False)


@pytest.mark.parametrize("workload", [deployment("a a", mark="6"), service("a a")])
def test_what_was_not_rolled_is_not_undone(workload):
    assert undo_action(workload, "6") is None


@pytest.mark.parametrize(
    ("workloads", "cause", "words"),
    [
        ([deployment("a ?")], Cause.PENDING, "no node takes shop/p1: no cpu"),
        ([deployment("a b?")], Cause.NOT_READY, "shop/web has 0 of 2 pods Ready on b"),
        ([deployment("b b"), service("b a")], Cause.NOT_READY, "shop/web has 1 of 2 pods Ready on b"),
    ],
)
def test_trouble_is_told_in_the_clusters_words(workloads: list[Workload], cause, words):
    found = trouble(workloads, "b")
    assert (found.cause, found.clause) == (cause, words)


def test_progress_and_the_end_of_a_move():
    workloads = [deployment("a b"), service("b b")]
    assert arrived(workloads, "b") == 3
    assert last_ready(workloads, NOON) == NOON + timedelta(seconds=1)
    assert last_ready([], NOON) == NOON
    assert last_ready(workloads, NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)
