"""The last decisions, also those not to move, with their reasons."""

from datetime import datetime

import streamlit as st

from ahorrater.contracts.answers import DecisionEntry
from dashboard import live
from dashboard.client import Away
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.reader import Reader


@st.fragment(run_every=live.REFRESH_S)
def decision_log_part(reader: Reader) -> None:
    """A table, newest first."""
    decisions = live.decisions()
    if isinstance(decisions, Away):
        banner(decisions, reader)
        return
    if not decisions.value:
        st.info(reader.texts.no_decisions, icon=":material/history:")
        return
    st.table(
        table(decisions.value, reader, live.now()),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=reader.texts.decisions_description,
    )


def table(entries: tuple[DecisionEntry, ...], reader: Reader, now: datetime) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts
    return {
        texts.when: [_when(entry, reader, now) for entry in entries],
        texts.what: [_what(entry, reader) for entry in entries],
        texts.why: [_why(entry, reader) for entry in entries],
    }


def _when(entry: DecisionEntry, reader: Reader, now: datetime) -> str:
    age = duration((now - entry.decided_at).total_seconds())
    return f"{escape(reader.time(entry.decided_at))}  \n:small[:gray[{escape(reader.texts.ago.format(age=age))}]]"


def _what(entry: DecisionEntry, reader: Reader) -> str:
    choice = escape(reader.choice(entry))
    return f":orange[:material/sunny:] **{choice}**" if entry.moved else choice


def _why(entry: DecisionEntry, reader: Reader) -> str:
    return f"{_reason(entry, reader)}  \n{escape(reader.sentence(entry))}"


def _reason(entry: DecisionEntry, reader: Reader) -> str:
    colour = "orange" if entry.moved else "gray"
    badge = f":{colour}-badge[{escape(reader.texts.reason[entry.reason])}]"
    return badge if entry.repeats <= 1 else f"{badge} × {entry.repeats}"
