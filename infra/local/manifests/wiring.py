"""Reads a kustomization that lists plain resources (knative/base) into the Wiring."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from infra.local.manifests.objects import Broker, ConfigMap, Manifest, Played, Trigger
from infra.local.manifests.spec import Spec

M = TypeVar("M", bound=Manifest)

PLAYED_API = {
    "ConfigMap": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "Service": "serving.knative.dev/v1",
    "Broker": "eventing.knative.dev/v1",
    "Trigger": "eventing.knative.dev/v1",
    "PingSource": "sources.knative.dev/v1",
    "SinkBinding": "sources.knative.dev/v1",
}
CLUSTER_ONLY = frozenset(
    {"Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy"}
)
"""Kinds that only mean something to a cluster's access control."""

_PLAYED: TypeAdapter[Played] = TypeAdapter(Played)


class ManifestError(ValueError):
    """A manifest that cannot be played; the message names the file, the object and what to change."""


class Kustomization(Spec):
    """The part of kustomize that the local runner understands: a list of plain resources."""

    api_version: str
    kind: str
    namespace: str | None = None
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything that the manifests say and a laptop can play."""

    objects: tuple[Manifest, ...]

    def of(self, kind: type[M]) -> tuple[M, ...]:
        """All objects of one kind, in the manifests' order."""
        return tuple(found for found in self.objects if isinstance(found, kind))

    def settings(self) -> dict[str, str]:
        """The settings of all ConfigMaps together."""
        return {name: value for config in self.of(ConfigMap) for name, value in config.data.items()}


def read_wiring(folder: Path) -> Wiring:
    """The Wiring of `folder/kustomization.yaml`. Raises ManifestError for what is missing, unknown or malformed."""
    kustomization = _kustomization(folder / "kustomization.yaml")
    documents = (pair for resource in kustomization.resources for pair in _documents(folder / resource))
    wiring = Wiring(tuple(_objects(documents)))
    _check_references(wiring)
    return wiring


def _kustomization(path: Path) -> Kustomization:
    try:
        return Kustomization.model_validate(next(iter(_loaded(path)), None))
    except ValidationError as error:
        raise ManifestError(f"{path}: only a list of plain resources can be played locally: {_why(error)}") from None


def _documents(path: Path) -> Iterator[tuple[Path, object]]:
    yield from ((path, document) for document in _loaded(path) if document is not None)


def _loaded(path: Path) -> list[object]:
    try:
        return list(yaml.safe_load_all(_text(path)))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: to YAML, 2001-99-99 looks like a date
        raise ManifestError(f"{path} is not YAML: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}") from None


def _objects(documents: Iterable[tuple[Path, object]]) -> Iterator[Manifest]:
    for path, document in documents:
        kind, api = _kind(path, document)
        if kind in CLUSTER_ONLY:
            continue
        if PLAYED_API.get(kind) != api:
            raise ManifestError(
                f"{path}: {kind} of {api} cannot be played locally; known are "
                + ", ".join(f"{known} ({version})" for known, version in sorted(PLAYED_API.items()))
            )
        try:
            yield _PLAYED.validate_python(document)
        except ValidationError as error:
            raise ManifestError(f"{path}: this {kind} cannot be played locally: {_why(error)}") from None


def _kind(path: Path, document: object) -> tuple[str, str]:
    match document:
        case {"kind": str(kind), "apiVersion": str(api)}:
            return kind, api
    raise ManifestError(f"{path}: not a manifest: it needs apiVersion and kind")


def _why(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors())


def _check_references(wiring: Wiring) -> None:
    brokers = {(broker.namespace, broker.name) for broker in wiring.of(Broker)}
    for trigger in wiring.of(Trigger):
        if (trigger.namespace, trigger.spec.broker) not in brokers:
            raise ManifestError(f"Trigger {trigger.name}: there is no Broker {trigger.spec.broker!r} in its namespace")
