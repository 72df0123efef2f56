"""Which label writes are planned: a table for each rule."""

import pytest

from ahorrater.domain.cluster import Node
from ahorrater.domain.sunny import (
    LabelWrite,
    MakeSunny,
    Obstacle,
    further_nodes,
    newest,
    obstacle,
    plan_labels,
    plan_repair,
    sunny_node,
)


def node(text: str) -> Node:
    """`a` is plain, `a*7` is sunny by epoch 7, `a*` is sunny by hand."""
    name, star, mark = text.partition("*")
    return Node(name, label="1" if star else None, mark=mark or None)


def said(writes: tuple[LabelWrite, ...]) -> str:
    return " ".join(f"+{w.node.name}*{w.mark}" if isinstance(w, MakeSunny) else f"-{w.node.name}" for w in writes)


@pytest.mark.parametrize(
    ("nodes", "sunny", "writes"),
    [
        ("a b", "a", "+a*7"),
        ("a*6 b", "b", "+b*7 -a"),
        ("b a*6 c*5", "b", "+b*7 -a -c"),
        ("a*7 b", "a", ""),
        ("a*6 b", "a", "+a*7"),
        ("a* b", "a", "+a*7"),
        ("a*7 b*6", "a", "-b"),
        ("a*6 b", "gone", ""),
        ("a*6 b", "", ""),
        ("", "a", ""),
        ("a*6 b c", "b c", "+b*7 +c*7 further -a"),
        ("a*6 b", "a b", "+a*7 +b*7 further"),
        ("a*7 b*6 c", "a gone", "-b"),
        ("a*6 b", "gone b", "+b*7 further -a"),
    ],
)
def test_the_new_node_is_labelled_before_the_others_are_not(nodes, sunny, writes):
    assert said(plan_labels([node(text) for text in nodes.split()], sunny.split(), "7")) == writes


@pytest.mark.parametrize(
    ("nodes", "writes"),
    [
        ("a*7 b", ""),
        ("a b*", ""),
        ("a b", "+a*7"),
        ("a*7 b*", "-b"),
        ("a b* c*", "+a*7 -b -c"),
        ("b* c*6", "-b"),
        ("b c", ""),
    ],
)
def test_at_rest_exactly_one_stays_sunny(nodes, writes):
    assert said(plan_repair([node(text) for text in nodes.split()], ["a"], "7")) == writes


@pytest.mark.parametrize(
    ("nodes", "writes"),
    [
        ("a*7 b*7_further c", ""),
        ("a*7 b c", "+b*7 further"),
        ("a b c*", "+a*7 +b*7 further -c"),
        ("a*7 b*7_further c*", "-c"),
        ("a*7 c", ""),
        ("c*", ""),
    ],
)
def test_at_rest_exactly_the_set_stays_sunny(nodes, writes):
    there = [node(text.replace("_", " ")) for text in nodes.split()]
    assert said(plan_repair(there, ["a", "b"], "7")) == writes


def test_of_several_the_best_is_the_sunny_node():
    nodes = [node("a*7 further"), node("b*7"), node("c*7 further"), node("d")]
    assert (sunny_node(nodes), further_nodes(nodes)) == ("b", ["a", "c"])


def test_another_value_of_the_label_is_taken_away_too():
    assert said(plan_labels([Node("a"), Node("b", label="0")], ["a"], "7")) == "+a*7 -b"


@pytest.mark.parametrize(
    ("nodes", "name"),
    [("a b", None), ("a* b*", "a"), ("a* b*1", "b"), ("a*9 b*10", "b"), ("a*9.1 b*9", "a"), ("a*odd b*0", "b")],
)
def test_of_two_sunny_nodes_the_newer_counts(nodes, name):
    assert sunny_node([node(text) for text in nodes.split()]) == name


def test_newest_of_nothing_is_nothing():
    assert newest([]) is None


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (Node("a"), None),
        (Node("a", ready=False), Obstacle.NOT_READY),
        (Node("a", schedulable=False), Obstacle.NOT_READY),
        (Node("b"), Obstacle.NOT_FOUND),
    ],
)
def test_what_keeps_a_node_from_being_chosen(target, found):
    assert obstacle([target], "a") is found
