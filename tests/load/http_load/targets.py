"""What is asked: the thesis's three services and the cluster's view, on this machine or wherever variables say."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.made_up import Run, make_up, until

VARIABLES = {
    "fuel-query": "FUEL_QUERY_URL",
    "energy-query": "ENERGY_QUERY_URL",
    "cluster-query": "CLUSTER_QUERY_URL",
    "dashboard": "DASHBOARD_URL",
}
"""Where each is, for those who do not want `make up`."""


@dataclass(frozen=True)
class Target:
    """One URL under load. `service` is the name of its process in a local run."""

    name: str
    service: str
    url: str


@contextmanager
def running(home: Path) -> Iterator[tuple[list[Target], Run | None]]:
    """The targets, of a system that runs already where the variables say so, else of a `make up` of our own."""
    given = {service: os.environ[name].rstrip("/") for service, name in VARIABLES.items() if os.environ.get(name)}
    if given:
        yield targets(given), None
        return
    with make_up(home) as run:
        roots = {service: str(run.addresses[service]) for service in VARIABLES}
        until(lambda: httpx.get(f"{roots['energy-query']}/rest/metrics/getValuesPlacas", trust_env=False).json())
        yield targets(roots), run


def targets(roots: Mapping[str, str]) -> list[Target]:
    """Those whose service is there."""
    paths = {
        "GUI": ("dashboard", "/"),
        "panels": ("energy-query", "/rest/metrics/getValuesPlacas"),
        "cluster": ("cluster-query", "/rest/listNodes"),
        "fuel (regions)": ("fuel-query", "/rest/locate/ccaa/"),
    }
    found = [
        Target(name, service, roots[service] + path) for name, (service, path) in paths.items() if service in roots
    ]
    if root := roots.get("fuel-query"):
        found.append(Target("fuel (a price)", "fuel-query", f"{root}/rest/price/gasoleoa/{_station(root)}"))
    return found


def _station(root: str) -> str:
    """A station that sells gasoleo A. LookupError if there is none."""
    with httpx.Client(base_url=root, timeout=30, trust_env=False) as client:
        stations: dict[str, Any] = client.get("/rest/locate/eess/").raise_for_status().json()
        for station in stations:
            if client.get(f"/rest/price/gasoleoa/{station}").is_success:
                return station
    raise LookupError(f"{root} knows no station that sells gasoleo A; load prices first: ahorrater fuel load --sample")
