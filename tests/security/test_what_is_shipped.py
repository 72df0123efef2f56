"""Manifests, images and the repository itself: no secret in them, and no more rights than needed.

That every container is restricted and who mounts a token is tests/unit/deploy/test_overlays.py's; that relabel may do
what it does and nothing else, tests/integration/relabel/test_permissions.py's.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SECRET_NAME = re.compile(r"(PASSWORD|TOKEN|SECRET|KEY|CREDENTIAL)(?!_FILE)", re.IGNORECASE)
SECRET_FORMS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "a Telegram token": re.compile(rb"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    "a cloud's key": re.compile(rb"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a forge's token": re.compile(rb"\b(ghp_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}|glpat-[A-Za-z0-9_-]{20})"),
    "a JSON Web Token": re.compile(rb"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\."),
}
TELLING = {".git", ".run", ".venv", ".env", "kubeconfig", "passwords", "id_rsa", "secrets.yaml"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def manifests() -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in ("knative", "infra"):
        for path in (ROOT / folder).rglob("*.yaml"):
            for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                if isinstance(document, dict) and "kind" in document:
                    yield path, document


def inside(document: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document, itself too."""
    if isinstance(document, dict):
        yield document
    for inner in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from inside(inner)


def test_no_manifest_holds_a_secret() -> None:
    seen = 0
    for path, document in manifests():
        for part in inside(document):
            if SECRET_NAME.search(str(part.get("name", ""))) and "value" in part:
                assert not part["value"], (path, part)
        if document["kind"] == "Secret":
            seen += 1
            values = {**document.get("data", {}), **document.get("stringData", {})}.values()
            assert all("CHANGE-ME" in str(value) or not value for value in values) or _is_example(path), path
    assert seen


def _is_example(path: Path) -> bool:
    return path.name.endswith(".example.yaml")


def test_no_config_map_holds_a_secret() -> None:
    for path, document in manifests():
        if document["kind"] == "ConfigMap":
            named = {key for key, value in (document.get("data") or {}).items() if SECRET_NAME.search(key) and value}
            assert not named, (path, named)


def test_namespaces_enforce_restricted_pods() -> None:
    levels = {
        document["metadata"]["name"]: document["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
        for _, document in manifests()
        if document["kind"] == "Namespace" and not document["metadata"]["name"].startswith("demo")
    }
    assert levels["ahorrater"] == "restricted"
    assert set(levels.values()) == {"restricted"}


def test_no_role_is_a_wildcard_or_reads_secrets() -> None:
    roles = [(path, document) for path, document in manifests() if document["kind"] in {"Role", "ClusterRole"}]
    assert roles
    for path, role in roles:
        for rule in role["rules"]:
            assert "*" not in rule["resources"] + rule["verbs"] + rule["apiGroups"], path
            assert "secrets" not in rule["resources"], path


def test_images_are_made_of_nothing_else_than_is_let_in() -> None:
    first, *others = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert first == "*"
    let_in = [line.removeprefix("!").rstrip("/*") for line in others if line.startswith("!")]
    assert not {part for entry in let_in for part in Path(entry).parts} & TELLING
    dockerfile = (ROOT / "infra/images/Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^(?:COPY|ADD) (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert any(source.startswith(entry.removesuffix("/*.lock")) for entry in let_in), source


def test_no_secret_is_an_argument_or_variable_of_an_image() -> None:
    dockerfile = (ROOT / "infra/images/Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"^(ARG|ENV) .*(PASSWORD|TOKEN|SECRET)", dockerfile, re.MULTILINE)
    assert "USER 65532:65532" in dockerfile


@pytest.mark.parametrize("what", SECRET_FORMS)
def test_no_secret_is_in_the_repository(what: str) -> None:
    """Those of tests are made up, and end in this folder."""
    found = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.stat().st_size < 2_000_000 and SECRET_FORMS[what].search(path.read_bytes())
    ]
    assert not [path for path in found if path.parts[0] != "tests"], found


def test_what_a_run_leaves_behind_is_not_committed() -> None:
    assert not [path for path in tracked() if path.name in TELLING or ".run" in path.parts]
