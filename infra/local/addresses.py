"""Where everything listens."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.manifests.objects import Service
from infra.local.manifests.wiring import Wiring
from infra.local.ports import LOOPBACK, Ports
from infra.local.settings import RunnerSettings


def url(port: int) -> str:
    """The base URL of what listens on a port of this machine."""
    return f"http://{LOOPBACK}:{port}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens in this run."""

    mqtt_port: int
    metrics_port: int
    broker_port: int
    dashboard_port: int
    kube_port: int | None
    functions: Mapping[str, int]
    """By the name of the Knative Service."""

    @classmethod
    def choose(cls, settings: RunnerSettings, wiring: Wiring) -> "Addresses":
        """The preferred ports, others where those are not free."""
        ports = Ports()
        return cls(
            mqtt_port=ports.take(settings.mqtt_port),
            metrics_port=ports.take(settings.metrics_port),
            broker_port=ports.take(settings.broker_port),
            dashboard_port=ports.take(settings.dashboard_port),
            kube_port=None if settings.kubeconfig else ports.take(settings.kube_port),
            functions={
                service.name: ports.take(settings.functions_port + place)
                for place, service in enumerate(wiring.of(Service))
            },
        )

    def function_url(self, name: str) -> str:
        """A function's base URL."""
        return url(self.functions[name])

    @property
    def dashboard_url(self) -> str:
        """The page for people."""
        return url(self.dashboard_port)

    def broker_url(self, namespace: str, name: str) -> str:
        """A Broker's address."""
        return f"{url(self.broker_port)}/{namespace}/{name}"
