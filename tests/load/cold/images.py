"""How large an image is in the registry."""

from typing import Any

import httpx

from infra.deploy.images.registry import MANIFESTS

TIMEOUT_S = 30.0
MB = 1e6


def compressed_mb(image: str) -> float:
    """Megabytes that a node pulls which has nothing of it yet. Of several platforms, the first."""
    registry, _, path = image.partition("/")
    repository, _, digest = path.partition("@")
    manifest = _get(registry, f"/v2/{repository}/manifests/{digest}")
    if "manifests" in manifest:
        manifest = _get(registry, f"/v2/{repository}/manifests/{manifest['manifests'][0]['digest']}")
    sizes: list[int] = [layer["size"] for layer in [manifest["config"], *manifest["layers"]]]
    return sum(sizes) / MB


def _get(registry: str, path: str) -> Any:
    try:
        answer = httpx.get(f"https://{registry}{path}", headers={"Accept": MANIFESTS}, timeout=TIMEOUT_S)
    except httpx.ConnectError:
        answer = httpx.get(f"http://{registry}{path}", headers={"Accept": MANIFESTS}, timeout=TIMEOUT_S)
    return answer.raise_for_status().json()
