"""Cold starts of all functions on one table, beside an empty one: `KUBECONFIG=... python -m tests.load.cold_run`.

Needs the system deployed by `make deploy` with Knative. Writes docs/load/cold-starts.md, which says what is measured.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from ahorrater.adapters.database.migrate import migrate
from infra.deploy.kubectl import Kubectl
from infra.deploy.settings import NAMESPACE, DeploySettings
from tests.load.cold.containers import in_container_s
from tests.load.cold.images import compressed_mb
from tests.load.cold.knative import from_zero_s, sleepers
from tests.load.cold.workloads import EMPTY_NAME, Workload, code, deployed
from tests.load.cold_start import EMPTY, HEALTH, OURS, REPOSITORY, cold_start_s
from tests.load.machine import LoadAverage, description
from tests.load.results import FOLDER

ROUNDS = int(os.environ.get("ROUNDS", "5"))
PAGE = FOLDER / "cold-starts.md"
NO_HTTP_FUNCTION = frozenset({"mqtt-source", "dashboard"})
"""Programs of their own; on this machine they are not started alone."""
Times = Mapping[str, list[float]]


@dataclass(frozen=True)
class Found:
    """Seconds of each round, by workload."""

    process: Times
    container: Times
    from_zero: Times


def main() -> None:
    """Measures, says what it found, writes the page."""
    kubectl = Kubectl(DeploySettings().kubeconfig)
    workloads = deployed(kubectl, NAMESPACE)
    functions = [one for one in workloads if one.is_function]
    alone = [one for one in workloads if one.name not in NO_HTTP_FUNCTION]
    with LoadAverage() as busy, _code(kubectl), sleepers(kubectl, NAMESPACE, functions) as clients:
        process = _say("process", _turns(alone, _process))
        container = _say("container", {one.name: in_container_s(kubectl, NAMESPACE, one, ROUNDS) for one in workloads})
        from_zero = _say(
            "from zero", _turns(functions, lambda one: from_zero_s(kubectl, NAMESPACE, one, clients[one.name]))
        )
    found = Found(process, container, from_zero)
    PAGE.write_text("\n".join(_page(workloads, found, busy.span)) + "\n", encoding="utf-8")


def _turns(workloads: Sequence[Workload], measure: Callable[[Workload], float]) -> Times:
    """All, one after the other, so often; the first round only warms what is warm in any other: files, images."""
    rounds = [{one.name: measure(one) for one in workloads} for _ in range(ROUNDS + 1)]
    return {one.name: [seconds[one.name] for seconds in rounds[1:]] for one in workloads}


def _say(title: str, times: Times) -> Times:
    for name, found in times.items():
        print(f"{title} {name}: " + " ".join(f"{seconds:.2f}" for seconds in found), flush=True)
    return times


def _process(workload: Workload) -> float:
    with tempfile.TemporaryDirectory(prefix="ahorrater-cold-") as folder:
        url = f"sqlite:///{folder}/cold.db"
        migrate(url)
        if workload.name == EMPTY_NAME:
            source = Path(folder) / "empty.py"
            source.write_text(EMPTY)
            return cold_start_s((str(source),), HEALTH, url, folder)
        source = REPOSITORY / "functions" / workload.name.replace("-", "_") / "main.py"
        return cold_start_s((*OURS, str(source)), HEALTH, url, folder)


@contextmanager
def _code(kubectl: Kubectl) -> Iterator[None]:
    files = code(NAMESPACE)
    kubectl.apply([files])
    try:
        yield
    finally:
        kubectl("delete", "configmap", files["metadata"]["name"], "--namespace", NAMESPACE)


def _page(workloads: list[Workload], found: Found, busy: tuple[float, float]) -> Iterator[str]:
    when = f"{datetime.now(UTC):%d %B %Y %H:%M}"
    yield f"""# Cold starts
Written by `python -m tests.load.cold_run` against a cluster that has the system, {when} UTC, on
{description()["machine"]}, which was the whole cluster, too; load average {busy[0]:.1f} to {busy[1]:.1f}.

Seconds to the first 2xx of the readiness probe's path, p50 (longest) of {ROUNDS} rounds. `process`: from the start of
`python` on this machine. `container`: the same inside the function's own image and limits. `from zero`: from a request
through Knative's gateway to a Service without a pod. `empty` does nothing, under functions-framework and uvicorn: what
the machine and the cluster take by themselves; from zero that is most of it, and which rounds were unlucky matters more
than which function it was. `image`: MB that a node pulls which has none of its layers.

| | process | container | from zero | from zero / empty | image |
|---|---|---|---|---|---|"""
    for one in workloads:
        ratio = _ratio(found.from_zero, one.name)
        image = one.template["spec"]["containers"][0]["image"]
        size = "" if one.name == EMPTY_NAME else f"{compressed_mb(image):.0f}"
        cells = (_cell(found.process, one.name), _cell(found.container, one.name), _cell(found.from_zero, one.name))
        yield f"| {one.name} | {' | '.join(cells)} | {ratio} | {size} |"


def _cell(times: Times, name: str) -> str:
    return f"{median(times[name]):.2f} ({max(times[name]):.2f})" if name in times else ""


def _ratio(times: Times, name: str) -> str:
    if name not in times or name == EMPTY_NAME:
        return ""
    return f"{median(one / other for one, other in zip(times[name], times[EMPTY_NAME], strict=True)):.2f}"


if __name__ == "__main__":
    main()
