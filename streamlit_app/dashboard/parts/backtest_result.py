"""How far a replay is, and what it brought."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from ahorrater.contracts.backtest import BacktestFailed
from dashboard.charts.common import DATASET
from dashboard.charts.pareto import arrow_rows, specification
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.replays import Replay, Scored, scored

WHILE_COMPUTING_S = 0.5


def backtest_result_part(reader: Reader, replay: Replay) -> None:
    """Drawn again and again until the last line is there, and once then."""
    if replay.over.is_set():
        _result(reader, replay)
    else:
        _progress(reader, replay)


@st.fragment(run_every=WHILE_COMPUTING_S)
def _progress(reader: Reader, replay: Replay) -> None:
    if replay.over.is_set():
        st.rerun()
    steps = replay.started.steps if replay.started else 1
    step = min(len(replay.outcomes) + 1, steps)
    elapsed = duration((now() - replay.begun_at).total_seconds())
    text = reader.texts.backtest.computing.format(step=step, steps=steps, duration=elapsed)
    st.progress((step - 1) / steps, text)


def _result(reader: Reader, replay: Replay) -> None:
    texts = reader.texts.backtest
    if replay.trouble is not None:
        _tell_trouble(reader, replay)
    if replay.started is not None:
        found = replay.started
        length = texts.replayed.format(samples=found.samples, parks=len(found.parks), days=reader.number(found.days, 2))
        age = reader.texts.ago.format(age=duration((now() - replay.begun_at).total_seconds()))
        st.caption(f":material/schedule: {length} {age}")
        if not found.optimum_is_exact:
            st.caption(f":material/info: {texts.bound}")
    policies = scored(replay.outcomes)
    if policies:
        _compare(policies, reader)


def _tell_trouble(reader: Reader, replay: Replay) -> None:
    trouble = replay.trouble
    said = trouble.detail if isinstance(trouble, BacktestFailed) else trouble.said if trouble else None
    if said:
        st.error(reader.texts.backtest.failed.format(why=escape(said)), icon=":material/error:")
    elif trouble is not None and not isinstance(trouble, BacktestFailed):
        banner(trouble, reader)


def _compare(policies: Sequence[Scored], reader: Reader) -> None:
    texts = reader.texts.backtest
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.subheader(texts.table, anchor=False)
        st.table(
            policy_table(policies, reader),
            border="horizontal",
            hide_index=True,
            hide_header=False,
            alt=texts.table_description,
        )
        st.download_button(
            texts.download,
            csv_of(policies),
            "backtest.csv",
            "text/csv",
            key="backtest-csv",
            icon=":material/download:",
            on_click="ignore",
        )
    with right:
        st.subheader(texts.pareto, anchor=False)
        spec = specification(texts.moves_a_day, texts.of_optimum, texts.policy)
        st.vega_lite_chart(
            spec={**spec, "datasets": {DATASET: arrow_rows(policies)}}, alt=texts.pareto_description, key="pareto"
        )
        st.caption(texts.pareto_help)


def policy_table(policies: Sequence[Scored], reader: Reader) -> dict[str, list[str]]:
    """The columns of the table, as Markdown; the best net energy first."""
    texts = reader.texts.backtest
    ordered = sorted(policies, key=lambda one: -one.net_wh)
    return {
        texts.policy: [f"**{escape(one.name)}**" for one in ordered],
        texts.net: [reader.number(one.net_wh) for one in ordered],
        texts.regret: [f"{reader.number(100 * (1 - one.share_of_optimum), 2)} %" for one in ordered],
        texts.moves_a_day: [reader.number(one.moves_per_day, 2) for one in ordered],
    }


def csv_of(policies: Sequence[Scored]) -> str:
    """A line for each plan, with a header."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("policy", "energy_wh", "net_wh", "share_of_optimum", "moves_per_day"))
    writer.writerows((one.name, one.energy_wh, one.net_wh, one.share_of_optimum, one.moves_per_day) for one in policies)
    return text.getvalue()
