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
        ("nobody.knows.v1", set()),
    ],
)
def test_who_hears_it(kind: str, expected: set[str]) -> None:
    assert subscribers({"type": f"es.ahorrater.{kind}"}) == expected


def test_the_clocks_ping_is_heard_as_the_tick_that_it_means() -> None:
    clock = next(source for source in WIRING.of(PingSource) if source.name == "clock")
    ping = {"type": PING_TYPE, **clock.spec.ce_overrides.extensions}
    assert subscribers(ping) == subscribers({"type": "es.ahorrater.clock.tick.v1"})
    assert subscribers({"type": PING_TYPE}) == set()
