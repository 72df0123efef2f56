"""Cards side by side, a few in a row."""

from collections.abc import Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_COLUMNS = 4


def cards(kind: str, names: Sequence[str]) -> Iterator[tuple[str, DeltaGenerator]]:
    """Each name with a card of its own to draw in; those of the last row are as wide as the others."""
    for first in range(0, len(names), _COLUMNS):
        columns = st.columns(min(len(names), _COLUMNS))
        for column, name in zip(columns, names[first : first + _COLUMNS], strict=False):
            yield name, column.container(border=True, height="stretch", key=f"{kind}-{name}")
