"""The last decisions with their reasons: those that moved the work, or all of them."""

from collections.abc import Iterator
from datetime import datetime

import streamlit as st

from ahorrater.contracts.answers import DecisionEntry
from dashboard import live
from dashboard.client import Away
from dashboard.connections import now
from dashboard.formats import escape
from dashboard.parts.age import moment_and_age
from dashboard.parts.banner import banner
from dashboard.reader import Reader


def decision_log_part(reader: Reader) -> None:
    """The choice of decisions, and their table. Under passing clouds those not to move crowd the others out."""
    texts = reader.texts
    moves_only = st.segmented_control(
        texts.decisions_choice,
        [True, False],
        default=True,
        required=True,
        format_func=lambda moves_only: texts.moves_alone if moves_only else texts.all_decisions,
        key="moves_only",
        label_visibility="collapsed",
    )
    _log(reader, moves_only)


@st.fragment(run_every=live.SLOW_REFRESH_S)
def _log(reader: Reader, moves_only: bool) -> None:
    """A table, newest first."""
    decisions = live.choices() if moves_only else live.decisions()
    if isinstance(decisions, Away):
        banner(decisions, reader)
        return
    if not decisions.value:
        st.info(reader.texts.no_decisions, icon=":material/history:")
        return
    st.table(
        table(decisions.value[: live.DECISIONS_SHOWN], reader, now()),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=reader.texts.decisions_description,
    )


def table(entries: tuple[DecisionEntry, ...], reader: Reader, now: datetime) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts
    newest = max((entry.epoch for entry in entries), default=0)
    return {
        texts.when: [moment_and_age(entry.decided_at, reader, now) for entry in entries],
        texts.what: [_what(entry, reader) for entry in entries],
        texts.why: [
            "  \n".join((_reason(entry, reader), escape(reader.sentence(entry)), *_gain(entry, newest, reader)))
            for entry in entries
        ],
    }


def _what(entry: DecisionEntry, reader: Reader) -> str:
    choice = escape(reader.choice(entry))
    return f":orange[:material/sunny:] **{choice}**" if entry.moved else choice


def _gain(entry: DecisionEntry, newest: int, reader: Reader) -> Iterator[str]:
    """What a move should bring and did bring, one line; nothing where nobody expected anything of it."""
    texts = reader.texts
    if entry.expected_gain_wh is None or entry.gain_until is None:
        return
    said = [texts.gain_expected.format(energy=_energy(entry.expected_gain_wh, reader))]
    if entry.realised_gain_wh is not None:
        said.append(texts.gain_realised.format(energy=_energy(entry.realised_gain_wh, reader)))
    elif entry.applied_at is not None:
        known_at = entry.applied_at + (entry.gain_until - entry.decided_at)
        said.append(texts.gain_open.format(time=reader.time(known_at)))
    else:
        said.append(texts.not_applied_yet if entry.epoch == newest else texts.not_applied)
    yield f":small[:gray[:material/bolt: {escape(', '.join(said))}]]"


def _energy(energy_wh: float, reader: Reader) -> str:
    sign = "+" if energy_wh > 0 else ""
    return f"{sign}{reader.number(energy_wh, 2)} Wh"


def _reason(entry: DecisionEntry, reader: Reader) -> str:
    colour = "orange" if entry.moved else "gray"
    badge = f":{colour}-badge[{escape(reader.texts.reason[entry.reason])}]"
    return badge if entry.repeats <= 1 else f"{badge} × {entry.repeats}"
