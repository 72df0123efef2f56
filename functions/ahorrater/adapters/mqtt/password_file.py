"""mosquitto's password file."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping

ITERATIONS = 101
"""What mosquitto_passwd 2.0 uses. Our passwords are long and random: more would only cost the broker time."""
SALT_BYTES = 12


def new_password() -> str:
    """256 bits, in letters that need no quoting in an address."""
    return secrets.token_urlsafe(32)


def password_line(user: str, password: str) -> str:
    """`user:$7$iterations$salt$hash` (PBKDF2 with SHA-512, mosquitto 2.0)."""
    salt = os.urandom(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"{user}:$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}\n"


def lines_by_user(text: str) -> Mapping[str, str]:
    """A password file's lines, by their users."""
    return {line.partition(":")[0]: line for line in text.splitlines(keepends=True) if ":" in line}
