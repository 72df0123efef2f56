"""How a revision answers: what its pods counted, and whether they live."""

from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from infra.deploy.port_forward import forwarded

REVISION = "serving.knative.dev/revision"
PORT = 8080
REQUESTS, EVENTS = "ahorrater_requests_total", "ahorrater_events_total"
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers counted since the pods started, and the restarts of their containers."""

    good: int = 0
    bad: int = 0
    restarts: int = 0

    def since(self, before: "Answers") -> "Answers":
        """What came after an earlier look. Pods that went meanwhile took their counts with them: never below zero."""
        return Answers(
            max(0, self.good - before.good), max(0, self.bad - before.bad), max(0, self.restarts - before.restarts)
        )

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(self.good + other.good, self.bad + other.bad, self.restarts + other.restarts)

    @property
    def bad_share(self) -> float:
        """The share of answers that were 5xx, or that a broker takes for a failure; 0 without any."""
        total = self.good + self.bad
        return self.bad / total if total else 0.0


def answers_of(kubectl: Kubectl, namespace: str, revision: str) -> Answers:
    """What all pods of a revision have answered."""
    pods = kubectl.items("pods", "--namespace", namespace, "--selector", f"{REVISION}={revision}")
    return sum((_of(kubectl, namespace, pod) for pod in pods if _runs(pod)), Answers())


def counted(text: str) -> Answers:
    """The answers in a /metrics page: requests by status, events by what became of them."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    answers = [sample for sample in samples if sample.name in {REQUESTS, EVENTS}]
    bad = sum(sample.value for sample in answers if _is_bad(sample.labels))
    return Answers(good=int(sum(sample.value for sample in answers) - bad), bad=int(bad))


def _is_bad(labels: dict[str, str]) -> bool:
    return labels.get("status", "").startswith("5") or labels.get("outcome") == "retry"


def _of(kubectl: Kubectl, namespace: str, pod: Json) -> Answers:
    with forwarded(kubectl, namespace, f"pod/{name(pod)}", PORT) as port:
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=TIMEOUT_S).raise_for_status().text
    return counted(page) + Answers(restarts=_restarts(pod["status"].get("containerStatuses") or []))


def _restarts(containers: Iterable[Json]) -> int:
    return sum(int(container["restartCount"]) for container in containers)


def _runs(pod: Json) -> bool:
    return pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]
