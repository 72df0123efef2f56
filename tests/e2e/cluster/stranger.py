"""A pod of somebody else, in a namespace of its own, and beside it one that nobody may reach."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, parse
from tests.e2e.cluster.web_container import PORT, web_container

Address = tuple[str, int]

MANIFEST = """
apiVersion: v1
kind: Namespace
metadata:
  name: {namespace}
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: hermit
  namespace: {namespace}
spec:
  podSelector:
    matchLabels:
      app: hermit
  policyTypes: [Ingress]
"""
POD = """
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app: {name}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  containers: [{container}]
"""
TRY_ALL = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor

def is_open(address):
    try:
        with socket.create_connection(address, timeout=5):
            return True
    except OSError:
        return False

addresses = [tuple(address) for address in json.loads(sys.argv[1])]
with ThreadPoolExecutor(max(1, len(addresses))) as pool:
    print(json.dumps([address for address, found in zip(addresses, pool.map(is_open, addresses)) if found]))
"""


@dataclass(frozen=True, slots=True)
class Stranger:
    """The pod."""

    kubectl: Kubectl
    namespace: str

    def reaches(self, addresses: list[Address]) -> set[Address]:
        """Those that take a TCP connection from it within five seconds."""
        command = ("python", "-c", TRY_ALL, json.dumps(addresses))
        output = self.kubectl("exec", "stranger", "--namespace", self.namespace, "--", *command)
        return {(host, port) for host, port in json.loads(output)}

    def hermit(self) -> Address:
        """Where nobody gets to, if the cluster's network enforces NetworkPolicies."""
        pod = self.kubectl.get("pod", "hermit", "--namespace", self.namespace)
        assert pod is not None
        return str(pod["status"]["podIP"]), PORT


@contextmanager
def deployed_stranger(kubectl: Kubectl, image: str) -> Iterator[Stranger]:
    namespace = f"ahorrater-e2e-{secrets.token_hex(3)}"
    pods: list[Json] = [
        item
        for name in ("stranger", "hermit")
        for item in parse(POD.format(name=name, namespace=namespace, container=json.dumps(web_container(image))))
    ]
    kubectl.apply([*parse(MANIFEST.format(namespace=namespace)), *pods])
    try:
        kubectl("wait", "pod/stranger", "pod/hermit", "--for=condition=Ready", "--timeout=120s", "-n", namespace)
        yield Stranger(kubectl, namespace)
    finally:
        kubectl("delete", "namespace", namespace, "--wait=false")
