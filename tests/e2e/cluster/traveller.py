"""A Deployment that follows the sun, in a namespace of its own."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, parse
from tests.e2e.cluster.web_container import web_container

MANIFEST = """
apiVersion: v1
kind: Namespace
metadata:
  name: {namespace}
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: traveller
  namespace: {namespace}
  labels:
    ahorrater.es/follows-sun: "true"
spec:
  replicas: 2
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      app: traveller
  template:
    metadata:
      labels:
        app: traveller
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 3
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions:
                  - key: sunny
                    operator: In
                    values: ["1"]
      containers: [{container}]
"""


@dataclass(frozen=True, slots=True)
class Traveller:
    """The Deployment."""

    kubectl: Kubectl
    namespace: str

    def nodes(self) -> list[str | None]:
        """Where its pods are that are Ready and not ending; None for a pod that is not Ready."""
        pods = self.kubectl.items("pods", "--namespace", self.namespace)
        return [_node(pod) for pod in pods if "deletionTimestamp" not in pod["metadata"]]


@contextmanager
def deployed_traveller(kubectl: Kubectl, image: str) -> Iterator[Traveller]:
    namespace = f"ahorrater-e2e-{secrets.token_hex(3)}"
    kubectl.apply(parse(MANIFEST.format(namespace=namespace, container=json.dumps(web_container(image)))))
    try:
        yield Traveller(kubectl, namespace)
    finally:
        kubectl("delete", "namespace", namespace, "--wait=false")


def _node(pod: Json) -> str | None:
    conditions = {found["type"]: found["status"] for found in pod["status"].get("conditions") or []}
    return pod["spec"].get("nodeName") if conditions.get("Ready") == "True" else None
