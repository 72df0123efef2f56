"""What the outbox folder holds, read back for people."""

from pathlib import Path

from ahorrater.contracts.errors import NotFound
from ahorrater.contracts.telegram import OutboxMessage

NEWEST = 50


class Outbox:
    """The folder that a FolderMessenger writes to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> list[OutboxMessage]:
        """The newest messages, oldest first; none where the folder is not there."""
        texts = sorted(self._folder.glob("*.txt"))[-NEWEST:]
        return [message for path in texts if (message := self._message(path)) is not None]

    def picture(self, name: str) -> bytes:
        """The PNG of that message. Raises NotFound."""
        try:
            return (self._folder / f"{name}.png").read_bytes()
        except OSError:
            raise NotFound(f"there is no picture {name}") from None

    def _message(self, path: Path) -> OutboxMessage | None:
        """None for one that is gone meanwhile: only the newest are kept."""
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            return None
        return OutboxMessage(name=path.stem, text=text, has_picture=path.with_suffix(".png").exists())
