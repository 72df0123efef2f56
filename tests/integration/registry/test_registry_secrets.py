"""Authority, certificate and password: made once, kept, renewed when they must be."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.registry.private_registry import INFRA, USER, make_secrets

pytestmark = pytest.mark.skipif(shutil.which("htpasswd") is None, reason="htpasswd is missing: make install-test")
ADDRESS = "192.0.2.11:30500"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    make_secrets(folder, ADDRESS)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_made_once(secrets: Path) -> None:
    before = contents(secrets)
    assert make_secrets(secrets, ADDRESS).stderr == ""
    assert contents(secrets) == before


def test_only_their_owner_reads_them(secrets: Path) -> None:
    assert secrets.stat().st_mode & 0o077 == 0
    assert [file.name for file in secrets.iterdir() if file.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("address", ["192.0.2.12:30500", "registry.example:5000"])
def test_another_name_gets_another_certificate_of_the_same_authority(secrets: Path, address: str) -> None:
    before = contents(secrets)
    make_secrets(secrets, address)
    after = contents(secrets)
    assert after["tls.crt"] != before["tls.crt"]
    assert (after["ca.crt"], after["password"]) == (before["ca.crt"], before["password"])
    certificate = openssl("x509", "-noout", "-ext", "subjectAltName", "-in", str(secrets / "tls.crt"))
    assert address.partition(":")[0] in certificate


def test_a_certificate_near_its_end_is_renewed(secrets: Path) -> None:
    end_soon = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "10", "-out", "tls.crt"]
    request = openssl("x509", "-x509toreq", "-in", "tls.crt", "-signkey", "tls.key", folder=secrets)
    openssl("x509", "-req", *end_soon, folder=secrets, given=request)
    assert "making a certificate" in make_secrets(secrets, ADDRESS).stderr
    openssl("x509", "-checkend", str(300 * 86400), "-noout", "-in", "tls.crt", folder=secrets)


def test_the_password_is_hashed_for_the_registry(secrets: Path) -> None:
    user, _, hashed = (secrets / "htpasswd").read_text().strip().partition(":")
    assert (user, hashed[:4]) == (USER, "$2y$")


def test_credentials_as_a_pull_secret_holds_them(secrets: Path) -> None:
    command = [str(INFRA / "secrets"), "docker-config", str(secrets), ADDRESS, USER]
    config = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    password = (secrets / "password").read_text().strip()
    assert base64.b64decode(config["auths"][ADDRESS]["auth"]).decode() == f"{USER}:{password}"


def openssl(*arguments: str, folder: Path | None = None, given: str | None = None) -> str:
    command = ["openssl", *arguments]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=True).stdout
