"""`ahorrater devices credentials`: from the device registry to what mosquitto reads."""

import argparse
import os
import sys
from collections.abc import Mapping, Set
from pathlib import Path

from ahorrater.adapters.mqtt.device_registry import read_registry
from ahorrater.adapters.mqtt.password_file import lines_by_user, new_password, password_line
from ahorrater.domain.device_access import SOURCE_USER, access_rules


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The registry, where to write, and whose passwords are to change."""
    parser.add_argument("registry", type=Path, help="YAML: devices: {device: node}")
    parser.add_argument("folder", type=Path, help="gets `passwords` and `acl`; who is in them keeps the password")
    parser.add_argument("--renew", action="append", default=[], metavar="USER", help="a new password; may be repeated")
    parser.add_argument("--write", type=Path, metavar="FILE", help="new passwords go there, not to the screen")


def run(arguments: argparse.Namespace) -> int:
    """Writes the two files, and shows the new passwords, once; 0, or 1 and the reason on standard error."""
    try:
        devices = read_registry(arguments.registry).devices
        new = _update(arguments.folder, devices, set(arguments.renew), arguments.write)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"devices: {error}\n")
        return 1
    sys.stderr.write(f"{len(devices)} devices, {len(new)} new passwords\n")
    return 0


def _update(folder: Path, devices: Mapping[str, str], renewed: Set[str], given_out: Path | None) -> Mapping[str, str]:
    """New passwords are given out before they are in force: a run that breaks off locks nobody out."""
    users = {SOURCE_USER, *devices}
    if unknown := renewed - users:
        raise ValueError(f"not in the registry: {', '.join(sorted(unknown))}")
    folder.mkdir(parents=True, exist_ok=True)
    kept = _kept(folder / "passwords", users - renewed)
    new = {user: new_password() for user in sorted(users - kept.keys())}
    _give_out("".join(f"{user}: {password}\n" for user, password in new.items()), given_out)
    lines = {**kept, **{user: password_line(user, password) for user, password in new.items()}}
    _replace(folder / "passwords", "".join(line for _, line in sorted(lines.items())))
    _replace(folder / "acl", access_rules(devices))
    return new


def _kept(passwords: Path, users: Set[str]) -> Mapping[str, str]:
    present = lines_by_user(passwords.read_text(encoding="utf-8")) if passwords.exists() else {}
    return {user: line for user, line in present.items() if user in users}


def _give_out(text: str, file: Path | None) -> None:
    if file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as output:
        output.write(text)


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, and for its owner only."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as output:
        output.write(text)
    unfinished.replace(file)
