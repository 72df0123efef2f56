"""When something counts as ready, as the API's own status tells."""

import pytest

from infra.deploy.errors import DeployError
from infra.deploy.manifests.objects import Json
from infra.deploy.readiness import why_not_ready


def seen(kind: str, api: str = "apps/v1", observed: int = 2, **rest: object) -> Json:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "x", "generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": observed, **rest},
    }


def condition(kind: str, status: str, message: str = "") -> Json:
    return {"type": kind, "status": status, "message": message}


SERVING = "serving.knative.dev/v1"


@pytest.mark.parametrize(
    ("item", "missing"),
    [
        (seen("Deployment", replicas=2, updatedReplicas=2, readyReplicas=2), None),
        (seen("Deployment", replicas=2, updatedReplicas=2, readyReplicas=1), "1 of 2 pods ready"),
        (seen("Deployment", replicas=3, updatedReplicas=2, readyReplicas=3), "2 of 2 pods ready"),
        (seen("Deployment", replicas=2, updatedReplicas=0, readyReplicas=2), "0 of 2 pods ready"),
        (seen("Deployment", observed=1, replicas=2, updatedReplicas=2, readyReplicas=2), "not seen yet"),
        (seen("StatefulSet"), "0 of 2 pods ready"),
        (seen("Job", "batch/v1", observed=0), "running"),
        (seen("Job", "batch/v1", conditions=[condition("Complete", "True")]), None),
        (seen("Service", SERVING), "no condition yet"),
        (seen("Service", SERVING, conditions=[condition("Ready", "True")]), None),
        (seen("Service", SERVING, conditions=[condition("Ready", "False", "no route")]), "no route"),
        (seen("Service", SERVING, observed=1, conditions=[condition("Ready", "True")]), "not seen yet"),
    ],
)
def test_readiness(item: Json, missing: str | None) -> None:
    assert why_not_ready(item) == missing


def test_a_job_that_failed_ends_the_wait() -> None:
    with pytest.raises(DeployError, match="limit"):
        why_not_ready(seen("Job", "batch/v1", conditions=[condition("Failed", "True", "backoff limit")]))
