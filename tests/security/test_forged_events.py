"""Events that no function of ours has sent: within a cluster, whoever reaches the broker can post any. What they change
lasts no longer than until the truth is told again. What no contract allows is refused whoever sends it.
"""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.event_sink import eventually
from tests.security.running_functions import HttpAnswer, RunningFunction

Functions = dict[str, RunningFunction]
identities = itertools.count()


def tell(function: RunningFunction, kind: str, data: dict[str, Any]) -> HttpAnswer:
    event = {"specversion": "1.0", "id": f"forged-{next(identities)}", "source": "/forger"}
    return function.hear({**event, "type": f"es.ahorrater.{kind}.v1", "data": data})


def ago(**past: float) -> str:
    return (datetime.now(UTC) - timedelta(**past)).isoformat()


def reading(node: str, boot: int, current_a: float, **more: object) -> dict[str, Any]:
    sample = {"node": node, "boot": boot, "seq": next(identities), "voltage_v": 20.0, "current_a": current_a}
    return {"readings": [{**sample, "measured_at": ago(), **more}]}


def park(functions: Functions, node: str) -> dict[str, Any]:
    parks = functions["energy-query"].ask("GET", "/rest/metrics/parks").json()
    return next(one for one in parks if one["node"] == node)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param({"boot": 2**31 - 1, "seq": 2**53 - 1}, id="a boot and a number that no device reaches"),
        pytest.param({"boot": 1, "measured_at": ago(minutes=-4)}, id="minutes ahead of all clocks"),
        pytest.param({"boot": 1, "measured_at": None}, id="of no time"),
    ],
)
def test_a_forged_reading_counts_until_the_next_true_one(functions: Functions, lie: dict[str, Any]) -> None:
    node = f"forged-{next(identities)}"
    assert tell(functions["ingest-reading"], "reading.received", reading(node, 5, 1.0)).status == 200
    assert tell(functions["ingest-reading"], "reading.received", reading(node, current_a=3.0, **lie)).status == 200
    assert tell(functions["ingest-reading"], "reading.received", reading(node, 5, 1.0)).status == 200
    assert park(functions, node)["power_w"] == pytest.approx(20.0)


def test_a_forged_word_of_a_device_counts_until_the_next_true_one(functions: Functions) -> None:
    node = f"forged-{next(identities)}"
    tell(functions["ingest-reading"], "reading.received", reading(node, 5, 1.0))
    ingest = functions["ingest-reading"]
    forged = {"node": node, "status": "offline", "boot": 2**31 - 1}
    assert tell(ingest, "park.status", {**forged, "at": ago(minutes=-10)}).status == 400
    assert tell(ingest, "park.status", {**forged, "at": ago()}).status < 300
    assert park(functions, node)["state"] == "offline"
    assert tell(ingest, "park.status", {"node": node, "status": "online", "boot": 5, "at": ago()}).status < 300
    eventually(lambda: park(functions, node)["state"] != "offline")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("node.chosen", {"epoch": 2**53}),
        ("node.chosen", {"chosen": "../../etc"}),
        ("node.relabelled", {"epoch": -1}),
        ("move.failed", {"reason": "because"}),
        ("park.status", {"at": "soon"}),
    ],
)
def test_what_no_contract_allows_is_refused(functions: Functions, kind: str, data: dict[str, Any]) -> None:
    heard_by = {"node.chosen": "relabel", "park.status": "ingest-reading"}.get(kind, "choose-node")
    assert tell(functions[heard_by], kind, data).status == 400
