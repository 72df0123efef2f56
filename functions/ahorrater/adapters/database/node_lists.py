"""Lists of nodes in a column: JSON, and null where there are none."""

import json
from collections.abc import Sequence


def nodes_in(column: str | None) -> tuple[str, ...]:
    """The nodes that the column holds."""
    return tuple(json.loads(column)) if column else ()


def column_of(nodes: Sequence[str]) -> str | None:
    """What the column is to hold."""
    return json.dumps(nodes) if nodes else None
