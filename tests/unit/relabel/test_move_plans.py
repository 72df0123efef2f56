"""How workloads move: tables of what is done with one workload in one situation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.domain.cluster import Deployment, KnativeService, Pod, StatefulSet, Template, Workload
from ahorrater.domain.moves import (
    Cause,
    Roll,
    arrived,
    last_ready,
    needed_room,
    next_rolls,
    settled,
    stranded,
    trouble,
    undo_rolls,
    why_skipped,
)
from ahorrater.domain.room import Room

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


def deployment(text: str, mark: str | None = None, **facts: object) -> Deployment:
    return Deployment("shop", "web", replicas=2, pods=pods(text), templates=(Template("web", mark=mark),), **facts)


def service(text: str, mark: str | None = None, **facts: object) -> KnativeService:
    return KnativeService("shop", "web", replicas=2, pods=pods(text), templates=(Template("r1", mark=mark),), **facts)


def stateful_set(text: str, **facts: object) -> StatefulSet:
    return StatefulSet("shop", "web", replicas=2, pods=pods(text), templates=(Template("web"),), **facts)


@pytest.mark.parametrize(
    ("where", "is_settled"),
    [("b b", True), ("b b b", True), ("b b a!", True), ("b", False), ("b b?", False), ("b b a", False), ("b ?", False)],
)
def test_settled_means_all_there_all_ready_none_elsewhere(where, is_settled):
    assert settled(deployment(where), ["b"]) is is_settled
    assert settled(service(where), ["b"]) is is_settled


@pytest.mark.parametrize(
    ("workload", "why"),
    [
        (deployment("a a"), None),
        (service("a a"), None),
        (deployment("b b"), "it is on b already"),
        (deployment("a a", requires_sunny=False), "do not require sunny=1"),
        (deployment("a a", recreate=True), "Recreate"),
        (deployment("a a", paused=True), "paused"),
        (service("a a", rooted="its pods use a device of their node (nvidia.com/gpu)"), "nvidia.com/gpu"),
        (stateful_set("a a"), "ahorrater.es/move-stateful"),
        (stateful_set("a a", accepts_gaps=True), None),
        (stateful_set("a a", accepts_gaps=True, rolls=False), "OnDelete"),
        (replace(deployment(""), replicas=0), "it has no pods"),
        (replace(service(""), replicas=0), "it has no pods"),
        (replace(deployment("a"), replicas=0), None),
    ],
)
def test_who_is_skipped_and_why(workload, why):
    said = why_skipped(workload, ["b"])
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
@pytest.mark.parametrize("kind", [deployment, service])
def test_a_workload_is_rolled_once_and_not_while_a_rollout_replaces_its_pods(kind, where, facts, rolls):
    found = next_rolls(kind(where, **facts), ["b"], "7", "ab")
    assert [roll.mark for roll in found] == ([rolls] if rolls else [])


def test_each_revision_with_pods_elsewhere_is_rolled():
    old, new, empty = (Template(name) for name in ("r1", "r2", "r3"))
    by_revision = [replace(pod, revision=name) for pod, name in zip(pods("a a b"), ("r1", "r2", "r2"), strict=True)]
    split = replace(service(""), pods=tuple(by_revision), templates=(old, new, empty))
    assert [roll.template for roll in next_rolls(split, ["b"], "7", "ab")] == [old, new]
    assert [roll.template for roll in next_rolls(split, ["a"], "7", "ab")] == [new]


@pytest.mark.parametrize(
    ("unavailable", "surge", "needed"), [(0, 1, False), (1, 1, True), (0, 0, True), (2, 0, True), (0, 3, False)]
)
def test_make_before_break_is_set_where_the_strategy_is_another(unavailable, surge, needed):
    (roll,) = next_rolls(deployment("a a", max_unavailable=unavailable, max_surge=surge), ["b"], "7", "ab")
    assert roll.make_before_break is needed


@pytest.mark.parametrize(("where", "names"), [("a b", ["p0"]), ("a? a", ["p0", "p1"]), ("b ?", []), ("a! b", [])])
def test_pods_of_a_dead_node_are_stranded_and_not_rolled(where, names):
    assert [pod.name for pod in stranded(deployment(where), "b")] == names
    assert next_rolls(deployment(where), ["b"], "7", "b") == ()


@pytest.mark.parametrize("before", ["6", None])
@pytest.mark.parametrize("workload", [deployment("a b@7", mark="7"), service("a b@7", mark="7")])
def test_undoing_puts_the_old_mark_back(workload, before):
    (template,) = workload.templates
    assert undo_rolls(workload, {template.name: before}) == (Roll(workload, template, before),)


@pytest.mark.parametrize("marks_before", [{"web": "6"}, {}])
def test_what_was_not_rolled_is_not_undone(marks_before):
    assert undo_rolls(deployment("a a", mark="6"), marks_before) == ()


def test_room_is_needed_for_the_pods_that_are_elsewhere():
    asks = Room(cpu_m=100, memory_bytes=50, pods=1)
    workload = replace(deployment(""), pods=tuple(replace(pod, requests=asks) for pod in pods("a a b a! ?")))
    assert needed_room([workload], ["b"]) == Room(cpu_m=300, memory_bytes=150, pods=3)


@pytest.mark.parametrize(
    ("workloads", "cause", "words"),
    [
        ([deployment("a ?")], Cause.PENDING, "no node takes shop/p1: no cpu"),
        ([deployment("a b?")], Cause.NOT_READY, "shop/web has 0 of 2 pods Ready on b"),
        ([deployment("b b"), service("b a")], Cause.NOT_READY, "shop/web has 1 of 2 pods Ready on b"),
    ],
)
def test_trouble_is_told_in_the_clusters_words(workloads: list[Workload], cause, words):
    found = trouble(workloads, ["b"])
    assert (found.cause, found.clause) == (cause, words)


def test_progress_and_the_end_of_a_move():
    workloads = [deployment("a b"), service("b b")]
    assert arrived(workloads, ["b"]) == 3
    assert last_ready(workloads, NOON) == NOON + timedelta(seconds=1)
    assert last_ready([], NOON) == NOON
    assert last_ready(workloads, NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)
