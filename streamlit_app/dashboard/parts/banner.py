"""What a part shows instead of its content while its function is away."""

from collections.abc import Callable

import streamlit as st

from dashboard.client import Answer, Away
from dashboard.formats import escape
from dashboard.live import REFRESH_S
from dashboard.reader import Reader


def banner(away: Away, reader: Reader) -> None:
    """Which function is away, how, and that this part needs no reload."""
    texts = reader.texts
    text = texts.away.format(function=escape(away.function), trouble=texts.trouble[away.trouble])
    st.warning(f"{text} {texts.away_recovers}", icon=":material/cloud_off:")


@st.fragment(run_every=REFRESH_S)
def banner_until_back(read: Callable[[], Answer[object] | Away], reader: Reader) -> None:
    """The same for what is not drawn again by itself: once the function answers, the page is."""
    reply = read()
    if isinstance(reply, Away):
        banner(reply, reader)
    else:
        st.rerun()
