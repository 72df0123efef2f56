"""A port of this machine that leads to a Service or a pod in the cluster."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl

_FORWARDING = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


@contextmanager
def forwarded(kubectl: Kubectl, namespace: str, target: str, port: int) -> Iterator[int]:
    """The local port of `service/NAME` or `pod/NAME`, as long as the context lasts. Raises DeployError."""
    arguments = ("port-forward", "--namespace", namespace, target, f":{port}")
    with subprocess.Popen(
        kubectl.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            match = _FORWARDING.match(line)
            if match is None:
                reason = process.stderr.read() if process.stderr else ""
                raise DeployError(f"no way to {target} in {namespace}: {line}{reason}")
            yield int(match[1])
        finally:
            process.terminate()
