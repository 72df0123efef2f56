"""The way to the functions, from outside the cluster: through Knative's gateway, or to a function's own Service."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.port_forward import forwarded

GATEWAYS = {
    "kourier.ingress.networking.knative.dev": ("kourier-system", "kourier"),
    "istio.ingress.networking.knative.dev": ("istio-system", "istio-ingressgateway"),
    "contour.ingress.networking.knative.dev": ("contour-external", "envoy"),
}
"""Namespace and Service of the gateway, by Knative's ingress class (ConfigMap config-network)."""
TIMEOUT_S = 30.0


@contextmanager
def function_client(kubectl: Kubectl, namespace: str, function: str) -> Iterator[httpx.Client]:
    """A client whose addresses are the function's paths."""
    knative = "services.serving.knative.dev"
    known = any(found["name"] == "serving.knative.dev" for found in kubectl.get_raw("/apis")["groups"])
    service = kubectl.get(knative, function, "--namespace", namespace) if known else None
    if service is None:
        place, name, headers = namespace, function, {}
    else:
        place, name = gateway_of(kubectl)
        headers = {"Host": urlsplit(service["status"]["url"]).netloc}
    with (
        forwarded(kubectl, place, f"service/{name}", 80) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=TIMEOUT_S) as client,
    ):
        yield client


def gateway_of(kubectl: Kubectl) -> tuple[str, str]:
    """Namespace and Service of the gateway that Knative uses. Raises DeployError where it is none that we know."""
    config = kubectl.get("configmap", "config-network", "--namespace", "knative-serving") or {}
    ingress = (config.get("data") or {}).get("ingress-class", "istio.ingress.networking.knative.dev")
    if ingress not in GATEWAYS:
        raise DeployError(f"Knative's ingress class is {ingress}; known are {', '.join(GATEWAYS)}")
    return GATEWAYS[ingress]
