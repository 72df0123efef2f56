"""One replica against three, on a cluster: `KUBECONFIG=... python -m tests.load.replicas_run [--only fuel]`.

The thesis's counts of requests, of 100 users, from this machine through Knative's gateway (fuel, panels) and the
dashboard's Service (GUI), whose addresses it has to reach. Needs the system deployed by `make deploy` with Knative, and
prices loaded. Scales are put back afterwards. Writes docs/load/replicas.md, .json and .png.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from infra.deploy.functions import function_client, gateway_of
from infra.deploy.kubectl import Kubectl
from infra.deploy.settings import NAMESPACE, DeploySettings
from tests.load.http_load import k6
from tests.load.http_load.scenarios import MATRIX, USERS
from tests.load.http_load.targets import station_that_sells
from tests.load.machine import LoadAverage, description
from tests.load.replicas.chart import draw
from tests.load.replicas.results import Measured, load, save
from tests.load.replicas.scaling import deployment_scale, knative_scale, scale_deployment, scale_knative, service_of
from tests.load.results import FOLDER

REPLICAS = (1, 3)
TARGETS = ("fuel", "panels", "GUI")
PANELS = "/rest/metrics/getValuesPlacas"
DASHBOARD = "dashboard"
WARMED_BY = 500
"""Requests that are not counted: new pods' connections and caches."""


@dataclass(frozen=True)
class Target:
    """What is asked, where its name leads to, and how it is scaled."""

    name: str
    url: str
    hosts: Mapping[str, str]
    scaled: Callable[[], AbstractContextManager[None]]
    scale: Callable[[int], None]


def main() -> None:
    """Measures what is named, all by default; the page shows all that was ever measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TARGETS, action="append", help="these; without it all")
    kubectl = Kubectl(DeploySettings().kubeconfig)
    for name in parser.parse_args().only or TARGETS:
        save(list(_measure(_target(kubectl, name))))
    everything = load()
    draw(everything, FOLDER / "replicas.png")
    (FOLDER / "replicas.md").write_text("\n".join(_page(everything)) + "\n", encoding="utf-8")


def _measure(target: Target) -> Iterator[Measured]:
    run = partial(k6.run, target.url, "matrix", USERS=USERS, HOSTS=json.dumps(target.hosts))
    with target.scaled():
        for replicas in REPLICAS:
            target.scale(replicas)
            run(REQUESTS=WARMED_BY)
            for requests in MATRIX:
                with LoadAverage() as busy:
                    found = k6.summary(run(REQUESTS=requests))
                print(
                    f"{target.name}, {replicas} replicas, {requests} requests: {found.failed} failed, "
                    f"{found.rate:.0f}/s, p95 {found.p95_ms:.0f} ms",
                    flush=True,
                )
                yield Measured(target.name, replicas, found, datetime.now(UTC), busy.span)


def _target(kubectl: Kubectl, name: str) -> Target:
    if name == "GUI":
        return Target(
            name,
            f"http://{_address(kubectl, NAMESPACE, DASHBOARD)}/",
            {},
            partial(deployment_scale, kubectl, NAMESPACE, DASHBOARD),
            partial(scale_deployment, kubectl, NAMESPACE, DASHBOARD),
        )
    function, path = ("fuel-query", _price(kubectl)) if name == "fuel" else ("energy-query", PANELS)
    host = urlsplit(service_of(kubectl, NAMESPACE, function)["status"]["url"]).netloc
    return Target(
        name,
        f"http://{host}{path}",
        {host: _address(kubectl, *gateway_of(kubectl))},
        partial(knative_scale, kubectl, NAMESPACE, function),
        partial(scale_knative, kubectl, NAMESPACE, function),
    )


def _price(kubectl: Kubectl) -> str:
    """The path of a price that there is."""
    with function_client(kubectl, NAMESPACE, "fuel-query") as client:
        return f"/rest/price/gasoleoa/{station_that_sells(client, 'gasoleoa')}"


def _address(kubectl: Kubectl, namespace: str, name: str) -> str:
    service = kubectl.get("service", name, "--namespace", namespace)
    if service is None:
        raise LookupError(f"there is no Service {name} in {namespace}")
    address: str = service["spec"]["clusterIP"]
    return address


def _page(found: Sequence[Measured]) -> Iterator[str]:
    first, last = (pick(one.measured_at for one in found) for pick in (min, max))
    least, most = min(one.load_average[0] for one in found), max(one.load_average[1] for one in found)
    failed, total = sum(one.found.failed for one in found), sum(one.found.requests for one in found)
    when = f"{first:%d %B %Y %H:%M} to {last:%H:%M} UTC"
    yield f"""# One replica against three
Written by `python -m tests.load.replicas_run`, which repeats it on any cluster with Knative. {total:,} GET requests
of {USERS} users by k6, {failed:,} failed: a price of fuel and the panels through Knative's gateway and activator, the
GUI's page through its Service. Measured {when}; load average {least:.1f} to {most:.1f}.

**What it says and what not.** The three nodes are one physical machine ({description()["machine"]}),
which k6, the gateway and the whole control plane share. A second and a third pod bring no processor here: where one
pod, which may use one core, and k6 keep both busy, three only share them. What three bring on machines of their own
cannot be seen here; that nothing fails, whichever number it is, can.

![Requests a second and p95, of one replica and of three](replicas.png)

| asked | requests | replicas | failed | requests/s | p50, ms | p95, ms | p99, ms | p95 of 3 / of 1 |
|---|---|---|---|---|---|---|---|---|"""
    alone = {(one.target, one.found.requests): one.found.p95_ms for one in found if one.replicas == 1}
    for one in found:
        its = one.found
        ratio = f"{its.p95_ms / alone[one.target, its.requests]:.2f}" if one.replicas > 1 else ""
        times = f"{its.p50_ms:.0f} | {its.p95_ms:.0f} | {its.p99_ms:.0f}"
        asked = f"{one.target} | {its.requests:,} | {one.replicas} | {its.failed}"
        yield f"| {asked} | {its.rate:,.0f} | {times} | {ratio} |"


if __name__ == "__main__":
    main()
