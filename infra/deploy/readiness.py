"""Whether what was applied is ready, and why not."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, group, name

POLL_S = 2.0
AWAITED = frozenset({"Deployment", "StatefulSet", "Job"})
NOT_AWAITED = "ahorrater.es/not-awaited"
"""Annotation of what may take its time, with the reason."""


def is_awaited(item: Json) -> bool:
    """Whether it becomes ready some time after it was applied."""
    if NOT_AWAITED in (item["metadata"].get("annotations") or {}):
        return False
    return item["kind"] in AWAITED or group(item).endswith("knative.dev")


def why_not_ready(item: Json) -> str | None:
    """What is missing, in a few words; None when it is ready. Raises DeployError for what will never be ready."""
    status = item.get("status") or {}
    if item["kind"] == "Job":
        return _job_not_done(item, status)
    if status.get("observedGeneration", 0) < item["metadata"].get("generation", 0):
        return "not seen yet"
    if item["kind"] in AWAITED:
        return _pods_missing(item["spec"].get("replicas", 1), status)
    return _condition_missing(status)


def _pods_missing(wanted: int, status: Json) -> str | None:
    new, ready = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
    if new >= wanted and ready >= wanted and status.get("replicas", 0) <= new:
        return None
    return f"{min(ready, new)} of {wanted} pods ready"


def _job_not_done(item: Json, status: Json) -> str | None:
    conditions = {found["type"]: found for found in status.get("conditions") or [] if found["status"] == "True"}
    if "Failed" in conditions:
        raise DeployError(f"Job {name(item)} failed: {conditions['Failed'].get('message')}; see its pods' logs")
    return None if "Complete" in conditions else "running"


def _condition_missing(status: Json) -> str | None:
    ready = next((found for found in status.get("conditions") or [] if found["type"] == "Ready"), None)
    if ready is None:
        return "no condition yet"
    return None if ready["status"] == "True" else ready.get("message") or ready.get("reason") or "not ready"


def wait_ready(kubectl: Kubectl, objects: Iterable[Json], timeout_s: float, say: Callable[[str], None]) -> None:
    """Returns when all are ready; says what it waits for whenever that changes. Raises DeployError when time is up."""
    awaited = [item for item in objects if is_awaited(item)]
    deadline, told = time.monotonic() + timeout_s, ""
    while missing := _missing(kubectl, awaited):
        if time.monotonic() > deadline:
            reasons = (f"{what}: {reason}" for what, reason in missing.items())
            raise DeployError(
                f"not ready after {timeout_s:.0f} s:\n" + _list([*reasons, *_pod_troubles(kubectl, awaited)])
            )
        line = f"    waiting for {', '.join(sorted(missing))}"
        if line != told:
            say(line)
            told = line
        time.sleep(POLL_S)


def _missing(kubectl: Kubectl, awaited: Sequence[Json]) -> Mapping[str, str]:
    found = {_called(item): item for item in kubectl.state_of(awaited)}
    reasons = {what: why_not_ready(found[what]) if what in found else "gone" for what in map(_called, awaited)}
    return {what: reason for what, reason in reasons.items() if reason}


def _called(item: Json) -> str:
    return f"{item['kind']} {name(item)}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _pod_troubles(kubectl: Kubectl, awaited: Iterable[Json]) -> Iterator[str]:
    """What the pods themselves say: images that cannot be pulled, containers that crash, no place on any node."""
    for namespace in sorted({item["metadata"]["namespace"] for item in awaited}):
        for pod in kubectl.items("pods", "--namespace", namespace):
            yield from (f"pod {name(pod)}: {trouble}" for trouble in _troubles(pod.get("status") or {}))


def _troubles(status: Json) -> Iterator[str]:
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            yield str(condition.get("message"))
    for container in status.get("containerStatuses") or []:
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            yield f"{container['name']}: {waiting.get('reason')} {waiting.get('message', '')}".strip()
