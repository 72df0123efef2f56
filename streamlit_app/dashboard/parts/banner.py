"""What a part shows instead of its content while its function is away."""

import streamlit as st

from dashboard.client import Away
from dashboard.formats import escape
from dashboard.reader import Reader


def banner(away: Away, reader: Reader) -> None:
    """Which function is away, how, and that this part needs no reload."""
    texts = reader.texts
    text = texts.away.format(function=escape(away.function), trouble=texts.trouble[away.trouble])
    st.warning(f"{text} {texts.away_recovers}", icon=":material/cloud_off:")
