"""Messages as files, where there is no Telegram: what would be sent can be read there."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from ahorrater.contracts.exports import Where
from ahorrater.domain.buttons import Rows
from ahorrater.services.notify.ports import MessengerAway

_PATTERNS = ("*.txt", "*.png")


class FolderMessenger:
    """The Messenger of a folder: a text is a `.txt`, a photo a `.png` with its caption in the `.txt` of its name.

    Names sort by time. At most `max_files` are kept.
    """

    where = Where.OUTBOX

    def __init__(self, folder: Path, max_files: int, clock: Callable[[], datetime]) -> None:
        self._folder, self._max_files, self._clock = folder, max_files, clock
        self._lock, self._written = Lock(), 0

    def send_text(self, chat: str, text: str, buttons: Rows = ()) -> str:  # noqa: ARG002 -- one folder for all
        """Writes the text, and what the buttons under it say; answers with the file's name."""
        lines = [text, *(f"[{button.label}: {button.command}]" for row in buttons for button in row)]
        return self._write({".txt": "\n".join(lines).encode()})

    def send_photo(self, chat: str, png: bytes, caption: str) -> str:  # noqa: ARG002 -- one folder for all
        """Writes both files; answers with the picture's name."""
        return self._write({".png": png, ".txt": caption.encode()})

    def _write(self, files: dict[str, bytes]) -> str:
        with self._lock:
            self._written += 1
            stem = f"{self._clock():%Y%m%dT%H%M%S.%f}Z-{os.getpid()}-{self._written:06d}"
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                for suffix, content in files.items():
                    self._write_whole(self._folder / f"{stem}{suffix}", content)
                self._drop_oldest()
            except OSError as error:
                raise MessengerAway(f"TELEGRAM_OUTBOX cannot be written to: {error.strerror}") from None
        return stem + next(iter(files))

    def _write_whole(self, path: Path, content: bytes) -> None:
        """Whoever looks sees the whole file or none."""
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(content)
        partial.replace(path)

    def _drop_oldest(self) -> None:
        names = sorted(path for pattern in _PATTERNS for path in self._folder.glob(pattern))
        for path in names[: max(0, len(names) - self._max_files)]:
            path.unlink(missing_ok=True)
