"""The settings that belong to this cluster, and pods that start anew when settings change."""

from collections.abc import Iterable, Mapping, Sequence

from infra.deploy.manifests.objects import Json, containers, fingerprint, name, pod_template

ANNOTATION = "ahorrater.es/settings"


def set_settings(objects: Iterable[Json], values: Mapping[str, str]) -> None:
    """Writes settings of this cluster into the ConfigMap that all functions read."""
    for item in objects:
        if item["kind"] == "ConfigMap" and name(item) == "ahorrater":
            item["data"].update(values)


def mark_settings(objects: Sequence[Json], secrets: Mapping[str, object]) -> None:
    """Each pod template bears a fingerprint of what it reads at its start: other settings, new pods.

    `secrets` says, by the Secret's name, what of its content matters and may be known.
    """
    known: dict[str, object] = {f"Secret {secret}": content for secret, content in secrets.items()}
    known |= {f"ConfigMap {name(item)}": item.get("data") for item in objects if item["kind"] == "ConfigMap"}
    for item in objects:
        template = pod_template(item)
        used = {source: known[source] for source in sorted(_sources(template)) if source in known} if template else {}
        if template and used:
            template.setdefault("metadata", {}).setdefault("annotations", {})[ANNOTATION] = fingerprint(used)


def _sources(template: Json) -> set[str]:
    from_environment = [source for container in containers(template) for source in container.get("envFrom") or []]
    volumes = template["spec"].get("volumes") or []
    return {
        *(f"ConfigMap {source['configMapRef']['name']}" for source in from_environment if "configMapRef" in source),
        *(f"ConfigMap {volume['configMap']['name']}" for volume in volumes if "configMap" in volume),
        *(f"Secret {volume['secret']['secretName']}" for volume in volumes if "secret" in volume),
    }
