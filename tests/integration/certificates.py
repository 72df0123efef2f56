"""A certificate authority for a test, and a certificate of it for 127.0.0.1, made by openssl."""

import subprocess
from pathlib import Path


def make_certificates(folder: Path) -> Path:
    """Write ca.crt, server.crt and server.key into the folder, and give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test CA", "-days", "1")
    (folder / "san.cnf").write_text("subjectAltName=IP:127.0.0.1\n")
    _openssl(folder, "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "san.cnf", "-days", "1"]
    _openssl(folder, "x509", "-req", "-in", "server.csr", "-out", "server.crt", *signing)
    return folder


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
