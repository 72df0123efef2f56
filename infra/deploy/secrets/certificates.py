"""mosquitto's certificate, by an authority of its own whose key nobody keeps."""

import tempfile
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from infra.deploy.commands import run

DAYS = "3650"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def make_certificate(hosts: Sequence[str]) -> dict[str, str]:
    """`ca.crt` (what devices trust), `tls.crt` and `tls.key` of a server that any of the hosts' names leads to."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _openssl(
            folder,
            "req",
            "-x509",
            *KEY,
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
            "-subj",
            "/CN=AhorraTER MQTT",
            "-days",
            DAYS,
        )
        _openssl(folder, "req", *KEY, "-keyout", "tls.key", "-out", "request", "-subj", "/CN=mosquitto")
        (folder / "names").write_text(f"subjectAltName={','.join(map(_alternative, hosts))}\n", encoding="utf-8")
        signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", DAYS)
        _openssl(folder, "x509", "-req", "-in", "request", "-out", "tls.crt", *signing)
        return {name: (folder / name).read_text(encoding="utf-8") for name in ("ca.crt", "tls.crt", "tls.key")}


def _alternative(host: str) -> str:
    try:
        return f"IP:{ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


def _openssl(folder: Path, *arguments: str) -> None:
    run(["openssl", *arguments], folder=folder)
