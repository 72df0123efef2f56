"""Which node is sunny, since when and why, and what is pending."""

import streamlit as st

from ahorrater.contracts.answers import DecisionEntry
from ahorrater.contracts.events import PendingMove
from dashboard import live
from dashboard.client import Answer, Away
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.story import arrival, destination, progress, seconds_left


@st.fragment(run_every=live.REFRESH_S)
def sunny_part(reader: Reader) -> None:
    """The sun's present place, from the cluster; the reasons and the plans, from the ledger."""
    with st.container(border=True, key="sunny"):
        place, plans = st.columns([3, 2], gap="large")
        choices = live.choices()
        with place:
            _place(reader, choices)
        with plans:
            _plans(reader)
        if isinstance(choices, Away):
            banner(choices, reader)


def _place(reader: Reader, choices: Answer[tuple[DecisionEntry, ...]] | Away) -> None:
    sunny = live.sunny_node()
    if isinstance(sunny, Away):
        banner(sunny, reader)
        return
    node = sunny.value.node
    st.caption(reader.texts.sunny_now)
    if node is None:
        st.header(reader.texts.no_sunny_node, anchor=False, icon=":material/wb_cloudy:")
        return
    st.header(f":orange[:material/sunny:] {escape(node)}", anchor=False)
    if sunny.value.also:
        others = ", ".join(f"**{escape(name)}**" for name in sunny.value.also)
        st.markdown(f":orange[:material/sunny:] {reader.texts.shared_with.format(nodes=others)}")
    if isinstance(choices, Answer):
        _why_there(reader, node, choices.value)


def _why_there(reader: Reader, node: str, choices: tuple[DecisionEntry, ...]) -> None:
    move, next_node = arrival(node, choices), destination(node, choices)
    if move is not None:
        elapsed = duration((now() - move.decided_at).total_seconds())
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(reader.texts.reason[move.reason], icon=":material/lightbulb:", color="orange")
            st.text(reader.texts.since.format(time=reader.time(move.decided_at), duration=elapsed))
        st.text(reader.sentence(move))
    elif next_node is not None:
        st.info(reader.texts.moving_to.format(node=escape(next_node)), icon=":material/moving:")
    else:
        st.text(reader.texts.not_by_decision)


def _plans(reader: Reader) -> None:
    decisions = live.decisions()
    if isinstance(decisions, Away):
        return
    if not decisions.value:
        st.text(reader.texts.no_move_yet)
        return
    latest = decisions.value[0]
    if latest.pending is None:
        _calm(reader, latest)
    else:
        _countdown(reader, latest.pending)
    age = duration((now() - latest.last_at).total_seconds())
    st.caption(reader.texts.decided.format(age=age))


def _calm(reader: Reader, latest: DecisionEntry) -> None:
    st.caption(reader.texts.at_present)
    st.subheader(reader.texts.nothing_pending, anchor=False)
    if not latest.moved:
        st.text(reader.sentence(latest))


def _countdown(reader: Reader, pending: PendingMove) -> None:
    moment = now()
    left_s = seconds_left(pending, moment)
    left = duration(left_s) if left_s > 0 else reader.texts.pending_due
    st.caption(reader.texts.pending)
    st.subheader(f"{escape(pending.node)} · {left}", anchor=False)
    st.progress(progress(pending, moment))
    st.text(reader.texts.pending_kind[pending.kind].format(node=pending.node))
