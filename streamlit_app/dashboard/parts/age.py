"""How old what is shown is."""

from datetime import datetime

import streamlit as st

from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.reader import Reader


def age_caption(at: datetime, reader: Reader) -> None:
    """A small line: so long ago."""
    age = duration((now() - at).total_seconds())
    st.caption(f":material/schedule: {reader.texts.age.format(age=age)}", width="content")


def moment_and_age(at: datetime, reader: Reader, now: datetime) -> str:
    """For a cell of a table, as Markdown: the time of day, and below it, small, how long ago that was."""
    age = duration((now - at).total_seconds())
    return f"{escape(reader.time(at))}  \n:small[:gray[{escape(reader.texts.ago.format(age=age))}]]"
