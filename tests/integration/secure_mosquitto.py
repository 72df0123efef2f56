"""A real mosquitto as in production: TLS, a user for each device, each confined to its own topics."""

import getpass
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.integration.certificates import make_certificates
from tests.integration.mosquitto_server import CONFIGURATION, MosquittoServer, free_port


def secure_mosquitto(folder: Path, passwords: Mapping[str, str]) -> MosquittoServer:
    """mosquitto.conf as it is, save the paths and the port; certificates lie in `folder`/config/certs."""
    config = shutil.copytree(CONFIGURATION, folder / "config")
    make_certificates(config / "certs")
    password_file = config / "passwords"
    password_file.touch(0o600)
    for user, password in passwords.items():
        subprocess.run(["mosquitto_passwd", "-b", str(password_file), user, password], check=True, capture_output=True)
    port = free_port()
    text = (config / "mosquitto.conf").read_text().replace("/mosquitto/", f"{folder}/").replace("8883", str(port))
    return MosquittoServer(folder, f"{text}\nuser {getpass.getuser()}\n", port)
