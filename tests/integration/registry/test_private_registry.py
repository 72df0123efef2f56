"""The registry's own configuration: TLS, a password, and room that deleted images give back."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.registry.private_registry import INFRA, REGISTRY, Image, PrivateRegistry, digest

pytestmark = [
    pytest.mark.skipif(REGISTRY is None, reason="docker-registry is missing: make install-test"),
    pytest.mark.skipif(shutil.which("htpasswd") is None, reason="htpasswd is missing: make install-test"),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRegistry]:
    with PrivateRegistry(tmp_path_factory.mktemp("registry")) as server:
        yield server


@pytest.fixture
def client(registry: PrivateRegistry) -> Iterator[httpx.Client]:
    with registry.client(registry.password) as client:
        yield client


def test_with_the_password_an_image_is_pushed_and_pulled(client: httpx.Client) -> None:
    image = Image("ahorrater/choose-node", b"a layer")
    image.push(client, "v1")
    assert image.pull(client, "v1").content == image.manifest
    assert image.pull_layer(client).content == image.layer


@pytest.mark.parametrize("password", [None, "guessed"])
def test_strangers_neither_pull_nor_push(registry: PrivateRegistry, client: httpx.Client, password: str | None) -> None:
    image = Image("ahorrater/private", b"for us alone")
    image.push(client, "v1")
    with registry.client(password) as stranger:
        assert image.pull(stranger, "v1").status_code == 401
        assert image.pull_layer(stranger).status_code == 401
        assert stranger.post(f"{image.name}/blobs/uploads/").status_code == 401


def test_a_client_without_the_authority_does_not_trust_it(registry: PrivateRegistry) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://{registry.address}/v2/")


def test_plain_http_is_not_served(registry: PrivateRegistry) -> None:
    assert httpx.get(f"http://{registry.address}/v2/").status_code == 400


def test_a_deleted_image_gives_its_room_back(registry: PrivateRegistry, client: httpx.Client) -> None:
    gone, kept = Image("ahorrater/gone", b"old layer"), Image("ahorrater/kept", b"layer in use")
    gone.push(client, "v1")
    kept.push(client, "v1")
    delete_image(registry, "ahorrater/gone:v1")
    assert layer_file(registry, gone).exists()
    registry.collect_garbage()
    assert not layer_file(registry, gone).exists()
    assert gone.pull(client, "v1").status_code == 404
    assert kept.pull_layer(client).content == kept.layer


def test_what_is_deployed_by_digest_outlives_its_tag(registry: PrivateRegistry, client: httpx.Client) -> None:
    deployed, newer = Image("ahorrater/moved", b"first build"), Image("ahorrater/moved", b"second build")
    deployed.push(client, "latest")
    newer.push(client, "latest")
    registry.collect_garbage()
    assert deployed.pull(client, digest(deployed.manifest)).status_code == 200
    assert deployed.pull_layer(client).content == deployed.layer


def test_an_image_that_is_not_there_cannot_be_deleted(registry: PrivateRegistry) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        delete_image(registry, "ahorrater/none:v1")


def delete_image(registry: PrivateRegistry, image: str) -> None:
    subprocess.run([INFRA / "delete-image", registry.secrets, registry.address, image], check=True, capture_output=True)


def layer_file(registry: PrivateRegistry, image: Image) -> Path:
    name = digest(image.layer).removeprefix("sha256:")
    return registry.folder / "storage/docker/registry/v2/blobs/sha256" / name[:2] / name / "data"
