"""What the runner says while it starts: a spinner and a table on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.table import Table


class Progress:
    """Talks to the person at the terminal. A terminal that has gone away stops nothing."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """One line."""
        with suppress(OSError):
            self._console.print(text, soft_wrap=True, markup=False, highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Says what is being done and, at its end, how long it took."""
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{title} ..."):
                yield
        else:
            yield
        self.say(f"  {title} ({time.monotonic() - started:.1f} s)")

    def addresses(self, rows: Mapping[str, str]) -> None:
        """The table of what is where."""
        if not self._console.is_terminal:
            for name, address in rows.items():
                self.say(f"{name}: {address}")
            return
        table = Table(show_header=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, address in rows.items():
            table.add_row(name, address)
        with suppress(OSError):
            self._console.print(table)
