"""Room: what pods ask for as the scheduler counts it, what is missing, and what ties pods to their node."""

import pytest

from ahorrater.adapters.kubernetes.parsing import node_of, rooted
from ahorrater.adapters.kubernetes.requests import requests_of, room_of
from ahorrater.domain.room import MEBIBYTE, Room, shortage, total


def container(cpu: str, memory: str = "0", **fields: object) -> dict[str, object]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}, **fields}


@pytest.mark.parametrize(
    ("spec", "cpu_m"),
    [
        ({"containers": [{}]}, 0),
        ({"containers": [container("100m"), container("1")]}, 1100),
        ({"containers": [container("100m")], "initContainers": [container("300m"), container("200m")]}, 300),
        ({"containers": [container("300m")], "initContainers": [container("200m")]}, 300),
        ({"containers": [container("100m")], "initContainers": [container("50m", restartPolicy="Always")]}, 150),
        (
            {
                "containers": [container("100m")],
                "initContainers": [container("50m", restartPolicy="Always"), container("300m")],
            },
            350,
        ),
        ({"containers": [container("100m")], "overhead": {"cpu": "10m"}}, 110),
        ({"containers": [{"resources": {"limits": {"cpu": "2"}}}]}, 2000),
        ({"containers": [container("1500u")]}, 2),
    ],
)
def test_what_a_pod_asks_for(spec, cpu_m):
    assert requests_of(spec) == Room(cpu_m=cpu_m, pods=1)


def test_a_node_has_room():
    status = {"allocatable": {"cpu": "1900m", "memory": "3Gi", "pods": "110"}, "conditions": []}
    assert node_of({"metadata": {"name": "a"}, "status": status}).allocatable == Room(1900, 3072 * MEBIBYTE, 110)
    assert node_of({"metadata": {"name": "a"}, "status": {}}).allocatable is None


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (Room(1000, 1024 * MEBIBYTE, 3), None),
        (Room(1001, 0, 1), "1.00 cores asked for, 1.00 cores free"),
        (Room(0, 2048 * MEBIBYTE, 1), "2048 MiB asked for, 1024 MiB free"),
        (Room(0, 0, 4), "4 pods asked for, 3 free"),
        (Room(1500, 2048 * MEBIBYTE, 1), "1.50 cores asked for, 1.00 cores free; 2048 MiB asked for, 1024 MiB free"),
    ],
)
def test_what_is_missing(needed, words):
    assert shortage(needed, Room(1000, 1024 * MEBIBYTE, 3)) == words


def test_a_crowded_node_takes_what_asks_for_nothing_more_of_it():
    assert shortage(Room(pods=1), Room(cpu_m=-200, memory_bytes=-5, pods=1)) is None
    assert total([Room(1, 2, 3), Room(10, 20, 30)]) == Room(11, 22, 33)
    assert room_of({"cpu": "0.1", "memory": "1k"}, pods=2) == Room(100, 1000, 2)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"containers": [container("1")], "volumes": [{"name": "tmp", "emptyDir": {}}]}, None),
        ({"containers": [{"resources": {"limits": {"nvidia.com/gpu": 1}}}]}, "nvidia.com/gpu"),
        ({"containers": [{}], "initContainers": [{"resources": {"requests": {"amd.com/gpu": "1"}}}]}, "amd.com/gpu"),
        ({"containers": [{}], "volumes": [{"name": "disk", "hostPath": {"path": "/data"}}]}, "hostPath /data"),
    ],
)
def test_what_ties_pods_to_their_node(spec, words):
    found = rooted(spec)
    assert found is None if words is None else words in found
