"""The broker's settings."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from infra.local.manifests.delivery import ObjectReference


class BrokerSettings(BaseSettings):
    """Environment variables of the broker.

    WIRING: folder whose kustomization.yaml lists the manifests.
    HOST, PORT: where producers reach it.
    ADDRESSES: JSON of subscriber name to address, for those that SUBSCRIBER_URL does not lead to.
    SUBSCRIBER_URL: address of a subscriber by `{name}` and `{namespace}`; the default is a Service in a cluster.
    MAX_UNDER_WAY: producers' events under way at once; further ones are answered 429.
    REQUEST_S: seconds that an event may take to arrive; then 408.
    MAX_EVENT_BYTES: size of one event; larger ones are answered 413. The real broker has no limit.
    """

    wiring: Path = Path("knative/base")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    addresses: dict[str, str] = Field(default_factory=dict)
    subscriber_url: str = "http://{name}.{namespace}.svc.cluster.local"
    max_under_way: int = Field(default=200, ge=1)
    request_s: float = Field(default=30, gt=0)
    max_event_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    log_level: str = "INFO"

    def broker_url(self, namespace: str, name: str) -> str:
        """The address of a Broker."""
        return f"http://{self.host}:{self.port}/{namespace}/{name}"

    def address(self, reference: ObjectReference, namespace: str) -> str:
        """The address of a referenced object; one without a namespace is in `namespace`."""
        namespace = reference.namespace or namespace
        if reference.kind == "Broker":
            return self.broker_url(namespace, reference.name)
        return self.addresses.get(reference.name) or self.subscriber_url.format(
            name=reference.name, namespace=namespace
        )
