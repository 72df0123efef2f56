"""Jobs: what is done once for each version."""

from collections.abc import Iterable

from infra.deploy.manifests.objects import Json, fingerprint, name


def name_jobs(objects: Iterable[Json]) -> None:
    """Names each Job after its content: applied again it is there already, another version runs anew.

    It is kept after its end for that reason; `make deploy` removes those of older versions.
    """
    for item in objects:
        if item["kind"] == "Job":
            item["spec"].pop("ttlSecondsAfterFinished", None)
            item["metadata"]["name"] = f"{name(item)}-{fingerprint(item['spec'])}"
