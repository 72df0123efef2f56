"""Knative's `delivery`: how often a failed delivery is tried again, how long it waits, and where it ends."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from infra.local.manifests.spec import Spec


class ObjectReference(Spec):
    """An object of the cluster by name; its namespace is the referring object's where none is given."""

    api_version: str
    kind: str
    name: str
    namespace: str | None = None


class Destination(Spec):
    """Where events go: an object, an address, or an object with a path."""

    ref: ObjectReference | None = None
    uri: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.ref is None and self.uri is None:
            raise ValueError("needs `ref` or `uri`")
        return self


class BackoffPolicy(StrEnum):
    """How the waits between attempts grow."""

    LINEAR = "linear"
    EXPONENTIAL = "exponential"


class Delivery(Spec):
    """`retry` counts the attempts after the first; `timeout` is of each single attempt; no `timeout` is none."""

    retry: Annotated[int, Field(ge=0)] = 0
    backoff_policy: BackoffPolicy | None = None
    backoff_delay: timedelta | None = None
    timeout: timedelta | None = None
    dead_letter_sink: Destination | None = None

    def wait_s(self, failures: int) -> float:
        """Seconds between attempt `failures` (1 is the first) and the next.

        Knative counts from 0, so exponential waits are delay, 2 delay, 4 delay, ... and the first linear retry comes
        at once (knative/eventing 1.22, pkg/kncloudevents/retries.go). There is no jitter and no upper bound.
        """
        if self.backoff_policy is None or self.backoff_delay is None:
            return 0.0
        attempt = failures - 1
        factor = attempt if self.backoff_policy is BackoffPolicy.LINEAR else 2**attempt
        return self.backoff_delay.total_seconds() * float(factor)


DEFAULT_DELIVERY = Delivery(retry=10, backoff_policy=BackoffPolicy.EXPONENTIAL, backoff_delay=timedelta(seconds=0.2))
"""What Knative's shipped config-br-defaults gives a Broker that names no delivery."""


def effective_delivery(broker: Delivery | None, trigger: Delivery | None) -> Delivery:
    """The Trigger's delivery replaces the Broker's whole; only the dead letter sink falls back to the Broker's."""
    fallback = broker or DEFAULT_DELIVERY
    if trigger is None:
        return fallback
    if trigger.dead_letter_sink is not None:
        return trigger
    return trigger.model_copy(update={"dead_letter_sink": fallback.dead_letter_sink})
