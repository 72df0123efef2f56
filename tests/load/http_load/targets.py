"""What is asked: the thesis's three services and the cluster's view, on this machine or wherever variables say."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.e2e.made_up import Run, make_up, until

VARIABLES = {
    "fuel-query": "FUEL_QUERY_URL",
    "energy-query": "ENERGY_QUERY_URL",
    "cluster-query": "CLUSTER_QUERY_URL",
    "dashboard": "DASHBOARD_URL",
}
"""Where each is, for those who do not want `make up`."""
ASKED = ("energy-query", "cluster-query", "fuel-query", "relabel")
KINDS = ("path", "query")


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
        found.append(Target("fuel (a price)", "fuel-query", f"{root}/rest/price/gasoleoa/{_station(root, 'gasoleoa')}"))
    return found


def every_path(run: Run) -> list[Target]:
    """Everything that people's functions can be asked for, each once, with their descriptions of it."""
    roots = {service: str(run.addresses[service]) for service in ASKED}
    examples, found = _examples(roots), []
    for service, root in roots.items():
        document = _json(f"{root}/openapi.json")
        found.append(Target(f"{service}/openapi.json", service, f"{root}/openapi.json"))
        for template, methods in document["paths"].items():
            if "get" in methods:
                path = _filled(template, methods["get"]["parameters"], examples)
                found.append(Target(template, service, f"{root}{path}"))
    return found


def _examples(roots: Mapping[str, str]) -> Mapping[str, str]:
    """A value for each parameter that must be given."""
    fuel, today = roots["fuel-query"], datetime.now(UTC).date()
    places = {"idCCAA": "ccaa", "idProv": "provincia", "idMuni": "municipio"}
    return {
        "node": _json(f"{roots['energy-query']}/rest/metrics/getValuesPlacas")[0]["node"],
        "idEESS": _station(fuel, "gasoleoa", "gasoleo95"),
        **{name: next(iter(_json(f"{fuel}/rest/locate/{kind}/"))) for name, kind in places.items()},
        "producto": "gasoleoa",
        "lat": "40.4",
        "lon": "-3.7",
        "fechaInicio": f"{today - timedelta(days=90)}",
        "fechaFin": f"{today}",
    }


def _filled(template: str, parameters: Iterable[Mapping[str, Any]], examples: Mapping[str, str]) -> str:
    """The path, with an example for each parameter that must be given."""
    needed = {kind: [one["name"] for one in parameters if one["in"] == kind and one["required"]] for kind in KINDS}
    path = template.format(**{name: examples[name] for name in needed["path"]})
    query = urlencode({name: examples[name] for name in needed["query"]})
    return f"{path}?{query}" if query else path


def _json(url: str) -> Any:
    return httpx.get(url, timeout=30, trust_env=False).raise_for_status().json()


def _station(root: str, *products: str) -> str:
    with httpx.Client(base_url=root, timeout=30, trust_env=False) as client:
        return station_that_sells(client, *products)


def station_that_sells(client: httpx.Client, *products: str) -> str:
    """The first such station that fuel-query, whose client this is, knows. LookupError if there is none."""
    stations: dict[str, Any] = client.get("/rest/locate/eess/").raise_for_status().json()
    for station in stations:
        if all(client.get(f"/rest/price/{product}/{station}").is_success for product in products):
            return station
    raise LookupError(f"no station sells {products}; load prices first: ahorrater fuel load --sample")
