"""How old what is shown is."""

from datetime import datetime

import streamlit as st

from dashboard.connections import now
from dashboard.formats import duration
from dashboard.reader import Reader


def age_caption(at: datetime, reader: Reader) -> None:
    """A small line: so long ago."""
    age = duration((now() - at).total_seconds())
    st.caption(f":material/schedule: {reader.texts.age.format(age=age)}", width="content")
