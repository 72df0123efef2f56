"""Settings of whatever talks to Kubernetes."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

SERVICE_ACCOUNT_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def own_namespace() -> str:
    """The namespace this pod runs in; `ahorrater` outside a cluster."""
    try:
        return SERVICE_ACCOUNT_NAMESPACE.read_text().strip() or "ahorrater"
    except OSError:
        return "ahorrater"


class KubernetesSettings(BaseSettings):
    """Which cluster, and how long to wait for it.

    KUBECONFIG: a kubeconfig file; without it the pod's service account is used.
    KUBERNETES_CONNECT_TIMEOUT_S: seconds to reach the API server; it is near.
    KUBERNETES_READ_TIMEOUT_S: seconds to wait for one answer; shorter than a broker's patience with a handler.
    RELABEL_NAMESPACE: where the ConfigMap `ahorrater-relabel` is kept; by default the pod's own namespace.
    WORKLOAD_NAMESPACES: namespaces whose workloads may follow the sun, comma-separated; empty for all.
    """

    kubeconfig: str | None = None
    kubernetes_connect_timeout_s: float = Field(default=2, gt=0, le=60)
    kubernetes_read_timeout_s: float = Field(default=5, gt=0, le=60)
    relabel_namespace: str = Field(default_factory=own_namespace, min_length=1)
    workload_namespaces: str = ""

    @property
    def namespaces(self) -> frozenset[str]:
        """WORKLOAD_NAMESPACES as a set."""
        return frozenset(name.strip() for name in self.workload_namespaces.split(",") if name.strip())
