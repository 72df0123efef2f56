"""The arithmetic of retries, held to what Knative's source does."""

import pytest

from infra.local.manifests.delivery import DEFAULT_DELIVERY, Delivery, effective_delivery

SINK = {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "dead-letter"}}


@pytest.mark.parametrize(
    ("policy", "waits_s"),
    [
        ("exponential", [0.2, 0.4, 0.8, 1.6]),
        ("linear", [0.0, 0.2, 0.4, 0.6]),
    ],
)
def test_waits_grow_from_zero_as_knative_counts(policy: str, waits_s: list[float]) -> None:
    delivery = Delivery.model_validate({"retry": 4, "backoffPolicy": policy, "backoffDelay": "PT0.2S"})
    assert [delivery.wait_s(failures) for failures in (1, 2, 3, 4)] == pytest.approx(waits_s)


@pytest.mark.parametrize("given", [{}, {"backoffPolicy": "exponential"}, {"backoffDelay": "PT1S"}])
def test_without_both_policy_and_delay_there_is_no_wait(given: dict[str, str]) -> None:
    assert Delivery.model_validate({"retry": 3, **given}).wait_s(3) == 0


def test_knatives_default_waits_205_seconds_in_all() -> None:
    waits_s = [DEFAULT_DELIVERY.wait_s(failures) for failures in range(1, DEFAULT_DELIVERY.retry + 1)]
    assert sum(waits_s) == pytest.approx(204.6)


def test_a_triggers_delivery_replaces_the_brokers_whole_but_for_the_dead_letter_sink() -> None:
    broker = Delivery.model_validate(
        {"retry": 5, "backoffPolicy": "linear", "backoffDelay": "PT1S", "deadLetterSink": SINK}
    )
    effective = effective_delivery(broker, Delivery.model_validate({"timeout": "PT3S"}))
    assert (effective.retry, effective.backoff_policy, effective.dead_letter_sink) == (0, None, broker.dead_letter_sink)


def test_a_trigger_without_delivery_has_the_brokers() -> None:
    broker = Delivery.model_validate({"retry": 7})
    assert effective_delivery(broker, None) == broker
    assert effective_delivery(None, None) == DEFAULT_DELIVERY
