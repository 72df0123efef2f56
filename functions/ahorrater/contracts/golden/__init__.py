"""One example of each event, in structured mode; kept for ever: later versions must go on taking them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def golden_events() -> list[dict[str, Any]]:
    """The examples, by file name."""
    return [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
