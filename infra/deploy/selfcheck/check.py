"""The self-check."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx

from infra.deploy.errors import DeployError
from infra.deploy.functions import function_client
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from infra.deploy.manifests.render import namespace_of
from infra.deploy.nodes import Node
from infra.deploy.secrets.secret import Secrets
from infra.deploy.selfcheck.device import device_of

PATIENCE_S = 60.0
AGAIN_S = 10.0
"""A new in-memory channel takes events for some time before it has its subscribers, and loses them."""
POLL_S = 0.05
FIRST_READING = (12.0, 0.1)
"""V and A of a park that never said anything: a little sun."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Sends a reading and waits until it is stored, decided upon, and the label is where the decision wants it.

    It is the sunny node's park that repeats what it said last, so that the check changes no decision.
    """

    kubectl: Kubectl
    namespace: str
    hosts: tuple[str, ...]
    parks: tuple[str, ...]

    @classmethod
    def of(cls, kubectl: Kubectl, objects: list[Json], nodes: Sequence[Node], parks: tuple[str, ...]) -> "SelfCheck":
        """The check of what was applied."""
        hosts = tuple(address for node in nodes if node.ready for address in node.addresses[:1])
        return cls(kubectl, name(namespace_of(objects)), hosts, parks)

    def run(self, say: Callable[[str], None]) -> None:
        """Says each hop and when it was seen. Raises DeployError at the first that does not happen."""
        store = Secrets(self.kubectl, self.namespace)
        with ExitStack() as open_ways:
            energy = open_ways.enter_context(function_client(self.kubectl, self.namespace, "energy-query"))
            before = _decided_at(energy)
            sunny = self._sunny()
            park = sunny[0] if len(sunny) == 1 and sunny[0] in self.parks else self.parks[0]
            reading = _last_reading(energy, park)
            device = open_ways.enter_context(device_of(store, park, self.hosts))
            started = time.monotonic()

            def hop(title: str) -> None:
                say(f"    {time.monotonic() - started:6.2f} s  {title}")

            first = device.publish(*reading)
            hop(f"mosquitto at {device.host}:{device.port} has a reading of {park}")
            again = _every(AGAIN_S, lambda: device.publish(*reading))
            _until(lambda: _measured_at(energy, park) >= first or again(), "no reading is stored")
            hop("stored")
            decision = _until(lambda: _newer_decision(energy, before), "nothing was decided")
            hop(f"decided: {decision['sentence']}")
            _until(lambda: self._sunny() == [decision["chosen"]] or None, f"{decision['chosen']} is not labelled")
            hop(f"{decision['chosen']} is the sunny node")

    def _sunny(self) -> list[str]:
        return [name(node) for node in self.kubectl.items("nodes", "--selector", "sunny=1")]


def _every(seconds: float, do: Callable[[], object]) -> Callable[[], None]:
    """Does it when called, if so many seconds have passed since the last time, or since now."""
    last = time.monotonic()

    def when_due() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            do()
            last = time.monotonic()

    return when_due


def _until(look: Callable[[], T | None], complaint: str) -> T:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(POLL_S)
    raise DeployError(
        f"after {PATIENCE_S:.0f} s {complaint}: see the logs of mqtt-source, ingest-reading, choose-node, relabel"
    )


def _get(client: httpx.Client, path: str, **query: str | int) -> list[Json]:
    answer = client.get(path, params=query)
    if not answer.is_success:
        raise DeployError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
    found: list[Json] = answer.json()
    return found


def _panel(energy: httpx.Client, park: str) -> Json | None:
    return next((found for found in _get(energy, "/rest/metrics/getValuesPlacas") if found["node"] == park), None)


def _last_reading(energy: httpx.Client, park: str) -> tuple[float, float]:
    panel = _panel(energy, park)
    return (panel["voltage_v"], panel["current_a"]) if panel else FIRST_READING


def _measured_at(energy: httpx.Client, park: str) -> datetime:
    panel = _panel(energy, park)
    return datetime.fromisoformat(panel["measured_at"] if panel else "1970-01-01T00:00:00+00:00")


def _decided_at(energy: httpx.Client) -> str:
    ledger = _get(energy, "/rest/metrics/decisions", limit=1)
    return str(ledger[0]["last_at"]) if ledger else ""


def _newer_decision(energy: httpx.Client, before: str) -> Json | None:
    ledger = _get(energy, "/rest/metrics/decisions", limit=1)
    return ledger[0] if ledger and ledger[0]["last_at"] > before and ledger[0]["chosen"] else None
