"""The bill of materials: CycloneDX 1.6, JSON (ECMA-424)."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.audit.lock import Pin


def write_sbom(folder: Path, subject: str, pins: Sequence[Pin]) -> Path:
    """Writes `<subject>.cdx.json`, the same bytes for the same packages."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject}.cdx.json"
    path.write_text(json.dumps(bill(subject, pins), indent=1) + "\n", encoding="utf-8")
    return path


def bill(subject: str, pins: Sequence[Pin]) -> dict[str, Any]:
    """The document: `subject` is what is made of the packages."""
    components = [_component(pin) for pin in sorted(pins, key=lambda pin: (pin.name, pin.version))]
    serial = uuid5(NAMESPACE_URL, json.dumps(components))
    about = {"type": "application", "name": f"ahorrater {subject}", "version": version("ahorrater")}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
    }


def _component(pin: Pin) -> dict[str, Any]:
    """The hashes are those of the files that may be installed: a wheel for each kind of machine, and the source."""
    name = pin.name.lower()
    files = [
        {"type": "distribution", "url": f"pkg:pypi/{name}@{pin.version}", "hashes": [_sha256(digest)]}
        for digest in pin.hashes
    ]
    purl = f"pkg:pypi/{name}@{pin.version}"
    found = {"type": "library", "bom-ref": purl, "name": name, "version": pin.version, "purl": purl}
    marker = {"properties": [{"name": "python:marker", "value": pin.marker}]} if pin.marker else {}
    return {**found, "externalReferences": files, **marker}


def _sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}
