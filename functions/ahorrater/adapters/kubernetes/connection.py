"""One connection to the API server: calls of the official client, answered as plain JSON."""

import json
import logging
import threading
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ahorrater.adapters.kubernetes.settings import KubernetesSettings
from ahorrater.contracts.errors import RetryLater

if TYPE_CHECKING:
    from kubernetes import client

Json = dict[str, Any]
logger = logging.getLogger(__name__)


class ApiError(RetryLater):
    """The API server refused. `code` is its HTTP status; a broker tries again, people are told why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"Kubernetes answered {code}: {message}"[:300])
        self.code = code


class Connection:
    """Connects at the first call, so that a function starts, and says why it cannot, while the cluster is away.

    Answers are not made into the client's models (`_preload_content=False`): we read few fields of many objects.
    """

    def __init__(self, settings: KubernetesSettings) -> None:
        self._settings = settings
        self._timeout = (settings.kubernetes_connect_timeout_s, settings.kubernetes_read_timeout_s)
        self._lock = threading.Lock()

    def call(self, operation: Callable[..., Any], *args: object, **options: object) -> Json:
        """The JSON that `operation`, a method of one of the client's APIs, answers.

        Raises ApiError for what the server refuses, RetryLater when it does not answer.
        """
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError

        try:
            answer = operation(*args, _preload_content=False, _request_timeout=self._timeout, **options)
            document: Json = json.loads(answer.data)
        except ApiException as error:
            raise ApiError(error.status or HTTPStatus.BAD_GATEWAY, _message(error)) from None
        except (HTTPError, OSError, ValueError) as error:
            raise RetryLater(f"the Kubernetes API does not answer: {error}"[:300]) from None
        return document

    def items(self, operation: Callable[..., Any]) -> list[Json]:
        """The items that `operation`, a list, answers."""
        items: list[Json] = self.call(operation)["items"]
        return items

    @property
    def core(self) -> "client.CoreV1Api":
        """Nodes, pods, ConfigMaps."""
        return self._apis[0]

    @property
    def apps(self) -> "client.AppsV1Api":
        """Deployments."""
        return self._apis[1]

    @property
    def custom(self) -> "client.CustomObjectsApi":
        """Knative Services and metrics."""
        return self._apis[2]

    @property
    def _apis(self) -> "tuple[client.CoreV1Api, client.AppsV1Api, client.CustomObjectsApi]":
        with self._lock:
            return self._connected

    @cached_property
    def _connected(self) -> "tuple[client.CoreV1Api, client.AppsV1Api, client.CustomObjectsApi]":
        from kubernetes import client, config
        from urllib3 import Retry

        load_file: Callable[..., None] = config.load_kube_config
        load_service_account: Callable[..., None] = config.load_incluster_config
        configuration = client.Configuration()
        configuration.retries = Retry(1, respect_retry_after_header=False)
        try:
            if self._settings.kubeconfig:
                load_file(self._settings.kubeconfig, client_configuration=configuration)
            else:
                load_service_account(client_configuration=configuration)
        except (config.ConfigException, OSError) as error:
            raise RetryLater(f"no cluster: set KUBECONFIG, or run inside one ({error})"[:300]) from None
        logger.info("the Kubernetes API is at %s", configuration.host)
        api = client.ApiClient(configuration)
        return client.CoreV1Api(api), client.AppsV1Api(api), client.CustomObjectsApi(api)


def _message(error: Any) -> str:
    try:
        return str(json.loads(error.body)["message"])
    except (ValueError, TypeError, KeyError):
        return str(error.reason)
