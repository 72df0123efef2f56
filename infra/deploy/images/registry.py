"""Asks a registry for an image's digest (OCI Distribution Specification 1.1, HEAD /v2/NAME/manifests/TAG)."""

import json
from pathlib import Path

import httpx

from infra.deploy.errors import DeployError

MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
TIMEOUT_S = 30.0


def digest_of(registry: str, repository: str, tag: str) -> str:
    """The digest that the tag has now. The credentials are those that `docker login` keeps."""
    path = f"{registry}/v2/{repository}/manifests/{tag}"
    headers = {"Accept": MANIFESTS, **_authorization(registry, Path.home() / ".docker" / "config.json")}
    answer = _head(path, headers)
    digest = answer.headers.get("Docker-Content-Digest")
    if not answer.is_success or digest is None:
        raise DeployError(f"{path} answered {answer.status_code}: was the image pushed, and is docker logged in?")
    return str(digest)


def _head(path: str, headers: dict[str, str]) -> httpx.Response:
    """Over TLS, or in the clear where the registry speaks nothing else (then without credentials)."""
    try:
        return httpx.head(f"https://{path}", headers=headers, timeout=TIMEOUT_S)
    except httpx.ConnectError as error:
        if "SSL" not in str(error):
            raise DeployError(f"{path} cannot be reached: {error}") from None
    return httpx.head(f"http://{path}", headers={"Accept": MANIFESTS}, timeout=TIMEOUT_S)


def _authorization(registry: str, login: Path) -> dict[str, str]:
    try:
        known = json.loads(login.read_text(encoding="utf-8")).get("auths", {})
    except FileNotFoundError:
        return {}
    token = known.get(registry, {}).get("auth")
    return {"Authorization": f"Basic {token}"} if token else {}
