"""Manifests: ours, and those that cannot be played."""

from pathlib import Path

import pytest

from infra.local.manifests.objects import Broker, PingSource, Service, SinkBinding, Trigger
from infra.local.manifests.wiring import ManifestError, read_wiring

BASE = Path(__file__).resolve().parents[3] / "knative" / "base"
FUNCTIONS = {
    "ingest-reading",
    "choose-node",
    "relabel",
    "notify",
    "energy-query",
    "cluster-query",
    "fuel-query",
    "fuel-refresh",
    "dead-letter",
    "backtest",
    "health",
    "retention",
    "telegram-bot",
}


def test_our_own_wiring_can_be_played() -> None:
    wiring = read_wiring(BASE)
    assert {service.name for service in wiring.of(Service)} == FUNCTIONS
    assert {trigger.spec.broker for trigger in wiring.of(Trigger)} == {broker.name for broker in wiring.of(Broker)}
    assert [binding.spec.subject.name for binding in wiring.of(SinkBinding)] == ["mqtt-source"]
    schedules = {source.name: source.spec.schedule for source in wiring.of(PingSource)}
    assert schedules == {
        "clock": "*/10 * * * * *",
        "digest": "0 * * * *",
        "fuel": "7,37 * * * *",
        "health": "17 * * * *",
        "retention": "47 * * * *",
    }


def test_every_trigger_has_a_complete_delivery_and_leads_to_a_function() -> None:
    for trigger in read_wiring(BASE).of(Trigger):
        delivery, subscriber = trigger.spec.delivery, trigger.spec.subscriber.ref
        assert delivery is not None
        assert delivery.retry > 0
        assert None not in (delivery.backoff_policy, delivery.backoff_delay, delivery.timeout)
        assert delivery.dead_letter_sink is not None
        assert subscriber is not None
        assert subscriber.name in FUNCTIONS


TRIGGER = """
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: {name: t, namespace: n}
spec: {broker: default, subscriber: {uri: "http://127.0.0.1/"}, %s}
"""
BROKER = """
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: {name: default, namespace: n}
---
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kind: [", "is not YAML"),
        ("just text", "needs apiVersion and kind"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: p}}", "Pod of v1 cannot be played"),
        ("{apiVersion: v1, kind: Service, metadata: {name: p}}", "Service of v1 cannot be played"),
        ("{apiVersion: eventing.knative.dev/v1beta1, kind: Broker, metadata: {name: b}}", "v1beta1 cannot be played"),
        (TRIGGER % "filters: []", "no Broker 'default'"),
        (BROKER + TRIGGER % "filters: [{cesql: x}]", "CESQL"),
        (BROKER + TRIGGER % "delivery: {retry: -1}", "delivery.retry"),
        (BROKER + TRIGGER % "delivery: {backoffDelay: soon}", "backoffDelay"),
        (BROKER + TRIGGER % "delivery: {retryAfterMax: PT1S}", "retryAfterMax"),
        (BROKER + TRIGGER % "unknown: 1", "unknown"),
    ],
)
def test_what_cannot_be_played_is_said_with_its_file(tmp_path: Path, text: str, why: str) -> None:
    kustomize(tmp_path, text)
    with pytest.raises(ManifestError, match=r"other\.yaml|Trigger t") as caught:
        read_wiring(tmp_path)
    assert why in str(caught.value)


@pytest.mark.parametrize("extra", ["patches: []", "components: [a]", "namePrefix: x"])
def test_a_kustomization_that_does_more_than_list_resources_is_refused(tmp_path: Path, extra: str) -> None:
    kustomize(tmp_path, BROKER, extra)
    with pytest.raises(ManifestError, match="plain resources"):
        read_wiring(tmp_path)


def test_a_missing_resource_is_said(tmp_path: Path) -> None:
    kustomize(tmp_path, BROKER)
    (tmp_path / "other.yaml").unlink()
    with pytest.raises(ManifestError, match=r"other\.yaml cannot be read"):
        read_wiring(tmp_path)


def kustomize(folder: Path, text: str, extra: str = "") -> None:
    kustomization = (
        f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [other.yaml]\n{extra}"
    )
    (folder / "kustomization.yaml").write_text(kustomization)
    (folder / "other.yaml").write_text(text)
