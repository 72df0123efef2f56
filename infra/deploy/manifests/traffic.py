"""Where a Knative Service's traffic goes."""

from collections.abc import Iterable

from infra.deploy.manifests.objects import Json, is_knative_service


def route_to_latest(objects: Iterable[Json]) -> None:
    """Writes out Knative's default, so that deploying ends what a rollout that was broken off has pinned."""
    for item in objects:
        if is_knative_service(item):
            item["spec"].setdefault("traffic", [{"latestRevision": True, "percent": 100}])
