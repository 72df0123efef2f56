"""Knative Services, where Knative is installed."""

from functools import partial
from http import HTTPStatus

from ahorrater.adapters.kubernetes.connection import ApiError, Connection, Json


def knative_services(connection: Connection) -> list[Json]:
    """All Knative Services; none where the cluster does not know them."""
    list_them = connection.custom.list_cluster_custom_object
    try:
        return connection.items(partial(list_them, "serving.knative.dev", "v1", "services"))
    except ApiError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return []
        raise
