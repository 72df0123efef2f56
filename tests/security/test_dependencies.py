"""What is installed is what was meant: every package at one version, by hash, from nowhere in particular."""

import json
import re

import pytest

from infra.audit.lock import ROOT, LockError, lock_files, read_lock
from infra.audit.sbom import bill

LOCKS = lock_files()


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_versions_and_hashes_and_no_address(path) -> None:
    assert read_lock(path)
    assert not re.search(r"://|^-", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", LOCKS[1:], ids=lambda path: path.stem)
def test_an_image_has_what_was_tested(path) -> None:
    tested = {(pin.name, pin.version, pin.hashes) for pin in read_lock(LOCKS[0])}
    assert {(pin.name, pin.version, pin.hashes) for pin in read_lock(path)} <= tested


@pytest.mark.parametrize(
    "text",
    [
        "evil @ https://example.org/evil.whl\n",
        "--index-url https://example.org\n",
        "evil>=1\n",
        "evil==1\n",
        "evil==1 \\\n    --hash=md5:00\n",
    ],
)
def test_anything_else_is_no_lock(tmp_path, text: str) -> None:
    path = tmp_path / "other.lock"
    path.write_text(text)
    with pytest.raises(LockError):
        read_lock(path)


def test_the_bill_of_materials_names_all_and_stays_the_same() -> None:
    pins = read_lock(LOCKS[0])
    document = bill("requirements", pins)
    assert {(part["name"], part["version"]) for part in document["components"]} == {
        (pin.name.lower(), pin.version) for pin in pins
    }
    assert all(part["externalReferences"] for part in document["components"])
    assert json.dumps(document) == json.dumps(bill("requirements", list(reversed(pins))))


def test_pip_installs_by_hash_everywhere() -> None:
    for path in ("Makefile", "infra/images/Dockerfile"):
        text = (ROOT / path).read_text(encoding="utf-8")
        for line in text.splitlines():
            if "pip install" in line and ".lock" in line:
                assert "--require-hashes" in line, line
