"""A StatefulSet's volume claims, as the API server completes them."""

from collections.abc import Iterable

from infra.deploy.manifests.objects import Json


def complete_claim_templates(objects: Iterable[Json]) -> None:
    """Writes out the defaults: kubectl compares the list as a whole, and would find it changed each time."""
    for item in objects:
        for claim in item["spec"].get("volumeClaimTemplates") or [] if item["kind"] == "StatefulSet" else ():
            claim.update(apiVersion="v1", kind="PersistentVolumeClaim", status={"phase": "Pending"})
            claim["spec"].setdefault("volumeMode", "Filesystem")
