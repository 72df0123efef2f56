"""The pure rules: quantities, selectors, patches, rollout arithmetic, tables, paths, shapes."""

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.faults import Fault, Faults
from infra.local.kubesim.http.formats import Accepted
from infra.local.kubesim.http.paths import parse_target
from infra.local.kubesim.http.tables import age_text
from infra.local.kubesim.patching import json_patch, merge_patch, strategic_merge
from infra.local.kubesim.quantities import parse_quantity
from infra.local.kubesim.resources import CONFIG_MAPS, DEPLOYMENTS, NODES, PODS
from infra.local.kubesim.rollout import Fence, SetSize, absolute, new_set_size, old_set_sizes, proportional_sizes
from infra.local.kubesim.scheduling import matches_term, tolerates
from infra.local.kubesim.selectors import Requirement, parse_field_selector, parse_label_selector, selects
from infra.local.kubesim.shapes import check_object
from infra.local.kubesim.store import Store


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("500m", "0.5"),
        ("1.5", "1.5"),
        ("2Ki", "2048"),
        ("1Gi", "1073741824"),
        ("3k", "3000"),
        ("250000000n", "0.25"),
        ("7u", "0.000007"),
        ("1e3", "1000"),
        (".5", "0.5"),
    ],
)
def test_quantities(text: str, value: str):
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "lots", "1 Gi", "1gi", "--1", "1e", "Ki"])
def test_what_is_no_quantity(text: str):
    with pytest.raises(ValueError, match="not a quantity"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("operator", "values", "labels", "accepted"),
    [
        ("In", ("1", "2"), {"a": "2"}, True),
        ("In", ("1",), {}, False),
        ("NotIn", ("1",), {}, True),
        ("NotIn", ("1",), {"a": "1"}, False),
        ("Exists", (), {"a": ""}, True),
        ("DoesNotExist", (), {"a": ""}, False),
        ("Gt", ("5",), {"a": "6"}, True),
        ("Gt", ("5",), {"a": "5"}, False),
        ("Gt", ("5",), {"a": "many"}, False),
        ("Lt", ("5",), {"a": "4"}, True),
        ("Lt", ("5",), {}, False),
    ],
)
def test_requirements(operator: str, values: tuple[str, ...], labels: dict[str, str], accepted: bool):
    assert Requirement("a", operator, values).accepts(labels) is accepted


def test_a_selector_of_several_parts():
    requirements = parse_label_selector("a=1, b in (x, y),!c,d!=2,ahorrater.es/e")
    assert [(item.key, item.operator, item.values) for item in requirements] == [
        ("a", "In", ("1",)),
        ("b", "In", ("x", "y")),
        ("c", "DoesNotExist", ()),
        ("d", "NotIn", ("2",)),
        ("ahorrater.es/e", "Exists", ()),
    ]
    assert parse_label_selector("") == ()


def test_an_empty_label_selector_accepts_everything():
    assert selects({}, {"a": "b"})
    assert not selects({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": "b"})


def test_field_selectors_know_defaults():
    schedulable = parse_field_selector("spec.unschedulable=false", NODES)
    assert schedulable({"metadata": {}, "spec": {}})
    assert not schedulable({"metadata": {}, "spec": {"unschedulable": True}})


MERGES = [
    ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
    ({"a": {"x": 1, "y": 2}}, {"a": {"x": None, "z": 3}}, {"a": {"y": 2, "z": 3}}),
    ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
    ({}, {"a": {"x": None}}, {"a": {}}),
    ({"a": "text"}, {"a": {"x": 1}}, {"a": {"x": 1}}),
]


@pytest.mark.parametrize("merge", [merge_patch, strategic_merge])
@pytest.mark.parametrize(("target", "patch", "result"), MERGES)
def test_merges_agree_on_what_has_no_merge_key(merge: Any, target: Any, patch: Any, result: Any):
    before = copy.deepcopy(target)
    assert merge(target, patch) == result
    assert target == before, "the target is left as it was"


ENV = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ({"env": [{"name": "B", "value": "3"}]}, [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]),
        ({"env": [{"name": "C"}]}, [*ENV["env"], {"name": "C"}]),
        ({"env": [{"name": "A", "$patch": "delete"}]}, [ENV["env"][1]]),
        ({"env": [{"$patch": "replace"}, {"name": "C"}]}, [{"name": "C"}]),
        ({"$setElementOrder/env": [{"name": "B"}, {"name": "A"}]}, list(reversed(ENV["env"]))),
        ({"env": [{"name": "A", "value": None}]}, [{"name": "A"}, ENV["env"][1]]),
    ],
)
def test_a_strategic_merge_of_a_keyed_list(patch: Any, result: Any):
    assert strategic_merge(ENV, patch)["env"] == result


def test_strategic_merge_directives_on_maps_and_sets():
    assert strategic_merge({"a": {"x": 1}}, {"a": {"$patch": "replace", "y": 2}}) == {"a": {"y": 2}}
    assert strategic_merge({"a": {"x": 1, "y": 2}}, {"a": {"$retainKeys": ["y"], "y": 3}}) == {"a": {"y": 3}}
    assert strategic_merge({"finalizers": ["a"]}, {"finalizers": ["b"]}) == {"finalizers": ["a", "b"]}
    removed = strategic_merge({"finalizers": ["a", "b"]}, {"$deleteFromPrimitiveList/finalizers": ["a"]})
    assert removed == {"finalizers": ["b"]}
    taints = [{"key": "a"}]
    assert strategic_merge({"taints": taints}, {"taints": [{"key": "b"}]}) == {"taints": [{"key": "b"}]}


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        ([{"op": "add", "path": "/list/-", "value": 3}], {"list": [1, 2, 3], "a": {"b/c": 1}}),
        ([{"op": "add", "path": "/list/0", "value": 0}], {"list": [0, 1, 2], "a": {"b/c": 1}}),
        ([{"op": "remove", "path": "/a/b~1c"}], {"list": [1, 2], "a": {}}),
        ([{"op": "replace", "path": "/list/1", "value": 9}], {"list": [1, 9], "a": {"b/c": 1}}),
        ([{"op": "move", "from": "/a/b~1c", "path": "/d"}], {"list": [1, 2], "a": {}, "d": 1}),
        ([{"op": "copy", "from": "/list/0", "path": "/d"}], {"list": [1, 2], "a": {"b/c": 1}, "d": 1}),
        ([{"op": "test", "path": "/list/0", "value": 1}], {"list": [1, 2], "a": {"b/c": 1}}),
    ],
)
def test_json_patch_operations(operations: list[Any], result: Any):
    assert json_patch({"list": [1, 2], "a": {"b/c": 1}}, operations) == result


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/absent"},
        {"op": "replace", "path": "/absent", "value": 1},
        {"op": "add", "path": "/list/9", "value": 1},
        {"op": "test", "path": "/list/0", "value": 2},
        {"op": "nonsense", "path": "/list"},
        {"op": "add", "path": "/list"},
        {"path": "/list"},
    ],
)
def test_json_patches_that_cannot_be_applied(operation: Any):
    with pytest.raises(ApiError) as refused:
        json_patch({"list": [1, 2]}, [operation])
    assert refused.value.code == 422


@pytest.mark.parametrize(
    ("value", "total", "up", "result"),
    [
        (1, 4, True, 1),
        ("25%", 4, True, 1),
        ("25%", 5, True, 2),
        ("25%", 5, False, 1),
        (None, 5, True, 0),
        ("0%", 5, True, 0),
    ],
)
def test_whole_numbers_or_percentages(value: Any, total: int, up: bool, result: int):
    assert absolute(value, total, round_up=up) == result


def fence(surge: Any, unavailable: Any, replicas: int) -> Fence:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    return Fence.of({"spec": {"strategy": strategy, "replicas": replicas}})


def test_a_fence_always_lets_something_move():
    assert fence("25%", "25%", 2) == Fence(1, 0)
    assert fence(0, "25%", 2) == Fence(0, 1)


@pytest.mark.parametrize(
    ("new", "old", "grown"),
    [
        (SetSize("n", 0, 0), [SetSize("o", 3, 3)], 1),
        (SetSize("n", 1, 0), [SetSize("o", 3, 3)], 1),
        (SetSize("n", 1, 1), [SetSize("o", 2, 2)], 2),
        (SetSize("n", 3, 3), [], 3),
        (SetSize("n", 5, 5), [], 3),
    ],
)
def test_how_far_the_new_set_may_grow(new: SetSize, old: list[SetSize], grown: int):
    assert new_set_size(3, Fence(1, 0), new, old) == grown


@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        (SetSize("n", 1, 0), [SetSize("o", 3, 3)], {"o": 3}),
        (SetSize("n", 1, 1), [SetSize("o", 3, 3)], {"o": 2}),
        (SetSize("n", 1, 0), [SetSize("o", 3, 2)], {"o": 3}),
        (SetSize("n", 1, 1), [SetSize("stuck", 1, 0), SetSize("o", 2, 2)], {"stuck": 0, "o": 2}),
    ],
)
def test_what_the_old_sets_keep(new: SetSize, old: list[SetSize], kept: dict[str, int]):
    assert old_set_sizes(3, Fence(1, 0), new, old) == kept


def test_scaling_keeps_shares():
    assert proportional_sizes(10, {"a": 3, "b": 2}) == {"a": 6, "b": 4}
    assert proportional_sizes(4, {"a": 2, "b": 1}) == {"a": 3, "b": 1}


NODE = {"metadata": {"name": "n", "labels": {"zone": "a", "rank": "3"}}, "spec": {}}


@pytest.mark.parametrize(
    ("term", "matches"),
    [
        ({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "rank", "operator": "Gt", "values": ["3"]}]}, False),
        ({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}, True),
        ({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["m"]}]}, False),
        ({}, False),
    ],
)
def test_node_selector_terms(term: Any, matches: bool):
    assert matches_term(term, NODE) is matches


@pytest.mark.parametrize(
    ("toleration", "covered"),
    [
        ({"operator": "Exists"}, True),
        ({"key": "k", "operator": "Exists"}, True),
        ({"key": "k", "value": "v"}, True),
        ({"key": "k", "value": "w"}, False),
        ({"key": "k", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "other", "operator": "Exists"}, False),
    ],
)
def test_tolerations(toleration: Any, covered: bool):
    taint = {"key": "k", "value": "v", "effect": "NoSchedule"}
    assert tolerates({"spec": {"tolerations": [toleration]}}, taint) is covered


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (3 * 3600, "3h"), (3 * 3600 + 120, "3h2m"),
     (9 * 3600, "9h"), (49 * 3600, "2d1h"), (9 * 86400, "9d")],
)  # fmt: skip
def test_ages(seconds: int, text: str):
    now = datetime(2026, 6, 20, tzinfo=UTC)
    assert age_text((now - timedelta(seconds=seconds)).isoformat(), now) == text


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/api/v1/nodes", ("nodes", "", "", "")),
        ("/api/v1/nodes/n/status", ("nodes", "", "n", "status")),
        ("/api/v1/pods", ("pods", "", "", "")),
        ("/api/v1/namespaces", ("namespaces", "", "", "")),
        ("/api/v1/namespaces/x", ("namespaces", "", "x", "")),
        ("/api/v1/namespaces/x/status", ("namespaces", "", "x", "status")),
        ("/api/v1/namespaces/x/pods/p/eviction", ("pods", "x", "p", "eviction")),
        ("/apis/apps/v1/namespaces/x/deployments/d/scale", ("deployments", "x", "d", "scale")),
        ("/apis/serving.knative.dev/v1/namespaces/x/services", ("services", "x", "", "")),
    ],
)
def test_paths(path: str, parts: tuple[str, str, str, str]):
    target = parse_target(path)
    assert (target.resource.plural, target.namespace, target.name, target.subresource) == parts


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/api/v2/pods", "/api/v1/gizmos", "/api/v1/pods/p", "/api/v1/nodes/n/nonsense",
     "/api/v1/namespaces/x/pods/p/eviction/more", "/apis/apps/v1", "/nonsense"],
)  # fmt: skip
def test_paths_that_are_not_served(path: str):
    with pytest.raises(ApiError) as refused:
        parse_target(path)
    assert refused.value.code == 404


@pytest.mark.parametrize(
    ("accept", "shape"),
    [
        ("", "Object"),
        ("*/*", "Object"),
        ("application/json", "Object"),
        ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "Table"),
        ("application/vnd.kubernetes.protobuf,application/json", "Object"),
        ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "PartialObjectMetadata"),
        ("application/json;as=Unknown,application/json;as=Table;g=meta.k8s.io;v=v1", "Table"),
    ],
)
def test_what_a_client_accepts(accept: str, shape: str):
    assert Accepted.parse(accept, "").shape == shape


def test_what_cannot_be_served_is_not_acceptable():
    with pytest.raises(ApiError) as refused:
        Accepted.parse("application/vnd.kubernetes.protobuf", "")
    assert refused.value.code == 406


@pytest.mark.parametrize(
    "obj",
    [
        {"metadata": {"labels": {"a": 1}}},
        {"metadata": {"labels": ["a"]}},
        {"metadata": "x"},
        {"spec": {"replicas": "two"}},
        {"spec": {"replicas": True}},
        {"spec": {"paused": "no"}},
        {"spec": {"template": []}},
        {"spec": {"template": {"spec": {"containers": {}}}}},
        {"spec": {"template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "lots"}}}]}}}},
        {"status": "fine"},
    ],
)
def test_fields_of_a_wrong_type_are_refused_at_the_door(obj: Any):
    with pytest.raises(ApiError) as refused:
        check_object(DEPLOYMENTS, obj)
    assert refused.value.code == 400


def test_the_keys_of_data_may_be_called_anything():
    check_object(CONFIG_MAPS, {"metadata": {"name": "x"}, "data": {"replicas": "two", "labels": "x"}})


def test_history_is_bounded_and_what_is_lost_is_410():
    store = Store(history=3)
    for number in range(5):
        store.insert(CONFIG_MAPS, {"metadata": {"name": f"c{number}", "namespace": "x"}})
    assert [change.version for change in store.changes_since(CONFIG_MAPS, 3)] == [4, 5]
    assert store.changes_since(PODS, 0) == [], "each kind has a history of its own"
    with pytest.raises(ApiError) as refused:
        store.changes_since(CONFIG_MAPS, 1)
    assert (refused.value.code, refused.value.message) == (410, "too old resource version: 1 (3)")


def test_faults_are_used_up_in_order():
    faults = Faults()
    faults.order(Fault.parse({"verb": "patch", "path": "/nodes/", "status": 409, "times": 2}))
    faults.order(Fault.parse({"path": "/nodes/", "status": 500}))
    seen = [faults.next_for("PATCH", "/api/v1/nodes/n") for _ in range(4)]
    assert [fault.status if fault else None for fault in seen] == [409, 409, 500, None]
    assert faults.next_for("GET", "/api/v1/pods") is None
