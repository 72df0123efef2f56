"""The Sun page: what is sunny and why, the parks live, what the day brought, and the decisions."""

import streamlit as st

from dashboard.parts.decision_log import decision_log_part
from dashboard.parts.live_chart import live_chart_part
from dashboard.parts.park_cards import park_cards_part
from dashboard.parts.sunny import sunny_part
from dashboard.parts.today import today_part
from dashboard.reader import Reader


def sun_page(reader: Reader) -> None:
    """The parts, from what people look for first."""
    texts = reader.texts
    sunny_part(reader)
    st.subheader(texts.parks, anchor=False)
    park_cards_part(reader)
    st.subheader(texts.chart, anchor=False)
    live_chart_part(reader)
    st.subheader(texts.today, anchor=False)
    today_part(reader)
    st.subheader(texts.decisions, anchor=False)
    decision_log_part(reader)
