"""Knative Services and their revisions, where Knative is installed (serving.knative.dev/v1)."""

from functools import partial
from http import HTTPStatus

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json
from ahorrater.domain.cluster import Template

GROUP, VERSION = "serving.knative.dev", "v1"


def knative_services(connection: Connection) -> list[Json]:
    """All Knative Services; none where the cluster does not know them."""
    return _all(connection, "services")


def knative_revisions(connection: Connection) -> list[Json]:
    """All revisions; none where the cluster does not know them."""
    return _all(connection, "revisions")


def annotate_revision(connection: Connection, namespace: str, revision: Template, key: str, value: str | None) -> None:
    """Sets or takes off an annotation of the revision, if it has not changed since it was read."""
    metadata = {"resourceVersion": revision.version, "annotations": {key: value}}
    patch = partial(connection.custom.patch_namespaced_custom_object, GROUP, VERSION, namespace, "revisions")
    connection.call(patch, revision.name, {"metadata": metadata})


def _all(connection: Connection, plural: str) -> list[Json]:
    list_them = partial(connection.custom.list_cluster_custom_object, GROUP, VERSION, plural)
    try:
        return connection.items(list_them)
    except ApiError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return []
        raise
