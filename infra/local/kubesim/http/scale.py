"""The `scale` subresource."""

from infra.local.kubesim.errors import bad_request
from infra.local.kubesim.objects import KubeObject


def scale_of(obj: KubeObject) -> KubeObject:
    """An object's size as `autoscaling/v1` Scale."""
    metadata = {
        key: obj["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    }
    labels = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": obj["spec"]["replicas"]},
        "status": {
            "replicas": (obj.get("status") or {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in labels.items()),
        },
    }


def with_scale(obj: KubeObject, scale: KubeObject) -> KubeObject:
    """An object of the size that a Scale asks for, under the version that the Scale names. Raises 400."""
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int):
        raise bad_request("spec.replicas is not a whole number")
    version = (scale.get("metadata") or {}).get("resourceVersion") or obj["metadata"]["resourceVersion"]
    return obj | {
        "metadata": obj["metadata"] | {"resourceVersion": version},
        "spec": obj["spec"] | {"replicas": replicas},
    }
