"""The private registry as infra/registry configures it, run by Debian's docker-registry on a free port of 127.0.0.1."""

import hashlib
import json
import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.integration.child_process import ChildProcess
from tests.integration.mosquitto_server import free_port, wait_for_port

INFRA = Path(__file__).parents[3] / "infra" / "registry"
CONFIGURATION = INFRA / "base" / "config.yml"
REGISTRY = shutil.which("docker-registry")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
USER = "ahorrater"


def make_secrets(folder: Path, address: str) -> "subprocess.CompletedProcess[str]":
    """Run the script that makes authority, certificate and password."""
    command = [str(INFRA / "secrets"), "make", str(folder), address, USER]
    return subprocess.run(command, capture_output=True, text=True, check=True)


class PrivateRegistry(ChildProcess):
    """docker-registry with the shipped configuration; only address and paths are this test's."""

    def __init__(self, folder: Path) -> None:
        assert REGISTRY
        self.folder = folder
        self.secrets = folder / "secrets"
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        make_secrets(self.secrets, self.address)

    def start(self) -> "PrivateRegistry":
        with (self.folder / "registry.log").open("ab") as output:
            self.process = subprocess.Popen(
                [str(REGISTRY), "serve", str(CONFIGURATION)],
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for_port(self.port)
        return self

    def collect_garbage(self) -> None:
        """As the pod's init container does: while nothing is served."""
        self.terminate()
        command = [str(REGISTRY), "garbage-collect", str(CONFIGURATION)]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True)
        self.start()

    def log(self) -> str:
        return (self.folder / "registry.log").read_text()

    def client(self, password: str | None = None) -> httpx.Client:
        """A client that trusts the authority, with a password or as a stranger."""
        return httpx.Client(
            base_url=f"https://{self.address}/v2/",
            verify=ssl.create_default_context(cafile=self.secrets / "ca.crt"),
            auth=(USER, password) if password else None,
        )

    @property
    def password(self) -> str:
        return (self.secrets / "password").read_text().strip()

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "REGISTRY_HTTP_ADDR": self.address,
            "REGISTRY_HTTP_TLS_CERTIFICATE": str(self.secrets / "tls.crt"),
            "REGISTRY_HTTP_TLS_KEY": str(self.secrets / "tls.key"),
            "REGISTRY_AUTH_HTPASSWD_PATH": str(self.secrets / "htpasswd"),
            "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(self.folder / "storage"),
        }


@dataclass(frozen=True)
class Image:
    """An image of one layer, as a client pushes it."""

    name: str
    layer: bytes

    @property
    def manifest(self) -> bytes:
        layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(self.layer)}
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(b"{}")}
        layers = [layer | {"size": len(self.layer)}]
        return json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": config | {"size": 2}, "layers": layers}
        ).encode()

    def push(self, client: httpx.Client, tag: str) -> None:
        for blob in (self.layer, b"{}"):
            upload = client.post(f"{self.name}/blobs/uploads/").raise_for_status().headers["location"]
            client.put(
                upload, params=httpx.URL(upload).params.set("digest", digest(blob)), content=blob
            ).raise_for_status()
        manifest_kind = {"content-type": MANIFEST}
        client.put(f"{self.name}/manifests/{tag}", content=self.manifest, headers=manifest_kind).raise_for_status()

    def pull(self, client: httpx.Client, reference: str) -> httpx.Response:
        return client.get(f"{self.name}/manifests/{reference}", headers={"accept": MANIFEST})

    def pull_layer(self, client: httpx.Client) -> httpx.Response:
        return client.get(f"{self.name}/blobs/{digest(self.layer)}")


def digest(content: bytes) -> str:
    """As registries name content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
