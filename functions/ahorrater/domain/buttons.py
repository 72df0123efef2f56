"""Buttons under a message: each is a command that nobody needs to type."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """What is written on it, and what pressing it says: at most 64 bytes (Telegram's callback data)."""

    label: str
    command: str


Rows = tuple[tuple[Button, ...], ...]
"""Buttons in rows."""


def row(*buttons: Button) -> Rows:
    """One row of buttons."""
    return (buttons,)
