"""mosquitto's password file."""

import base64
import hashlib
import os
from collections.abc import Mapping

ITERATIONS = 101
"""What mosquitto_passwd 2.0 uses. Our passwords are long and random: more would only cost the broker time."""
SALT_BYTES = 12


def password_file(users: Mapping[str, str]) -> str:
    """A line for each user, `name:$7$iterations$salt$hash` (PBKDF2 with SHA-512, mosquitto 2.0)."""
    return "".join(f"{user}:{_hashed(password)}\n" for user, password in sorted(users.items()))


def users_of(text: str) -> frozenset[str]:
    """Who is in a password file."""
    return frozenset(line.partition(":")[0] for line in text.splitlines() if line)


def _hashed(password: str) -> str:
    salt = os.urandom(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
