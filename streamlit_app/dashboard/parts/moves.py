"""The last moves: where to, why, and what became of them."""

import streamlit as st

from ahorrater.contracts.answers import DecisionEntry
from dashboard import live
from dashboard.client import Away
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.story import Fate, MoveStory, stories

_SHOWN = 10


@st.fragment(run_every=live.SLOW_REFRESH_S)
def moves_part(reader: Reader) -> None:
    """A table, newest first."""
    moves, sunny = live.moves(), live.sunny_node()
    if isinstance(moves, Away):
        banner(moves, reader)
        return
    if not moves.value:
        st.info(reader.texts.no_decisions, icon=":material/history:")
        return
    label_on = None if isinstance(sunny, Away) else sunny.value
    st.table(
        table(stories(moves.value, label_on, now())[:_SHOWN], reader),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=reader.texts.cluster.moves_description,
    )


def table(moves: list[MoveStory], reader: Reader) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts
    return {
        texts.when: [_when(move.entry, reader) for move in moves],
        texts.cluster.moved: [_what(move.entry, reader) for move in moves],
        texts.cluster.outcome: [_outcome(move, reader) for move in moves],
    }


def _when(entry: DecisionEntry, reader: Reader) -> str:
    age = duration((now() - entry.decided_at).total_seconds())
    return f"{escape(reader.time(entry.decided_at))}  \n:small[:gray[{escape(reader.texts.ago.format(age=age))}]]"


def _what(entry: DecisionEntry, reader: Reader) -> str:
    return f"**{escape(reader.choice(entry))}**  \n:gray-badge[{escape(reader.texts.reason[entry.reason])}]"


def _outcome(move: MoveStory, reader: Reader) -> str:
    texts = reader.texts.cluster
    length = duration(move.lasted_s)
    return {
        Fate.HERE: f":green-badge[:material/check: {escape(texts.here_now.format(duration=length))}]",
        Fate.ELSEWHERE: f":orange-badge[:material/moving: {escape(texts.elsewhere)}]",
        Fate.UNDONE: f":red-badge[:material/undo: {escape(texts.undone)}]",
        Fate.LEFT: escape(texts.stayed.format(duration=length)),
    }[move.fate]
