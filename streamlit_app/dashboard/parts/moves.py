"""The last moves: where to, why, how long they took and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from ahorrater.contracts.answers import DecisionEntry, MoveEntry, MoveOutcome
from dashboard import live
from dashboard.client import Answer, Away
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.parts.age import moment_and_age
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.story import decision_behind

_LOOKS: Mapping[MoveOutcome, tuple[str, str]] = {
    MoveOutcome.MOVED: ("green", ":material/check:"),
    MoveOutcome.UNDONE: ("red", ":material/undo:"),
    MoveOutcome.FAILED: ("red", ":material/error:"),
    MoveOutcome.RECOMMENDED: ("blue", ":material/front_hand:"),
}


@st.fragment(run_every=live.SLOW_REFRESH_S)
def moves_part(reader: Reader) -> None:
    """A table, newest first."""
    moves, choices = live.moves(), live.choices()
    if isinstance(moves, Away):
        banner(moves, reader)
        return
    if not moves.value:
        st.info(reader.texts.cluster.no_moves, icon=":material/history:")
        return
    st.table(
        table(moves.value, choices.value if isinstance(choices, Answer) else (), reader, now()),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=reader.texts.cluster.moves_description,
    )


def table(
    moves: Sequence[MoveEntry], choices: Sequence[DecisionEntry], reader: Reader, now: datetime
) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts
    return {
        texts.when: [moment_and_age(move.at, reader, now) for move in moves],
        texts.cluster.moved: [_what(move, decision_behind(move, choices), reader) for move in moves],
        texts.cluster.outcome: [_outcome(move, reader) for move in moves],
    }


def _what(move: MoveEntry, decision: DecisionEntry | None, reader: Reader) -> str:
    texts = reader.texts
    why = texts.reason[decision.reason] if decision else texts.cluster.by_hand
    return f"**{escape(reader.way(move.previous, move.node, move.also))}**  \n:gray-badge[{escape(why)}]"


def _outcome(move: MoveEntry, reader: Reader) -> str:
    colour, icon = _LOOKS[move.outcome]
    said = reader.texts.cluster.outcomes[move.outcome]
    lines = [f":{colour}-badge[{icon} {escape(said)}]"]
    lines += [f":small[{escape(line)}]" for line in (_effort(move, reader), move.why) if line]
    return "  \n".join(lines)


def _effort(move: MoveEntry, reader: Reader) -> str:
    """How long it took and how many pods it moved, as far as that is known."""
    texts = reader.texts.cluster
    if move.duration_s is None or move.outcome is MoveOutcome.RECOMMENDED:
        return ""
    length = duration(move.duration_s) if move.duration_s >= 60 else f"{reader.number(move.duration_s)} s"
    took = texts.took.format(duration=length) if move.duration_s else ""
    pods = texts.pods.format(count=move.pods_moved) if move.pods_moved else ""
    return " · ".join(part for part in (took, pods) if part)
