"""The flow that DESIGN tells, read back from the Triggers of knative/base."""

from pathlib import Path

import pytest

from infra.local.broker.filters import trigger_filter
from infra.local.manifests.objects import PingSource, Trigger
from infra.local.manifests.wiring import read_wiring
from infra.local.pings.ticker import PING_TYPE

WIRING = read_wiring(Path(__file__).resolve().parents[3] / "knative" / "base")


def subscribers(attributes: dict[str, str]) -> set[str]:
    """The functions that an event with these attributes goes to."""
    return {
        trigger.spec.subscriber.ref.name
        for trigger in WIRING.of(Trigger)
        if trigger.spec.subscriber.ref and trigger_filter(trigger.spec)(attributes)
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("reading.received.v1", {"ingest-reading"}),
        ("reading.stored.v1", {"choose-node"}),
        ("reading.rejected.v1", {"dead-letter"}),
        ("park.status.v1", {"ingest-reading", "notify"}),
        ("clock.tick.v1", {"choose-node", "relabel"}),
        ("node.chosen.v1", {"relabel", "notify"}),
        ("node.held.v1", {"notify"}),
        ("node.relabelled.v1", {"choose-node", "notify"}),
        ("move.failed.v1", {"choose-node", "notify"}),
        ("choice.outdated.v1", {"choose-node"}),
        ("digest.due.v1", {"notify"}),
        ("health.due.v1", {"health"}),
        ("retention.due.v1", {"retention"}),
        ("nobody.knows.v1", set()),
    ],
)
def test_who_hears_it(kind: str, expected: set[str]) -> None:
    assert subscribers({"type": f"es.ahorrater.{kind}"}) == expected


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("clock", "clock.tick.v1"),
        ("digest", "digest.due.v1"),
        ("health", "health.due.v1"),
        ("retention", "retention.due.v1"),
    ],
)
def test_a_ping_is_heard_as_the_event_that_it_means(source: str, meant: str) -> None:
    found = next(one for one in WIRING.of(PingSource) if one.name == source)
    ping = {"type": PING_TYPE, **found.spec.ce_overrides.extensions}
    assert subscribers(ping) == subscribers({"type": f"es.ahorrater.{meant}"})
    assert subscribers({"type": PING_TYPE}) == set()
