"""A device's boot counter, which survives its process."""

from pathlib import Path


def next_boot(folder: Path, node: str) -> int:
    """The number of this boot: one more than the last one kept in `folder`, so that (boot, seq) never repeats."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / node
    boot = int(path.read_text()) + 1 if path.exists() else 1
    draft = path.with_suffix(".new")
    draft.write_text(str(boot))
    draft.replace(path)
    return boot
