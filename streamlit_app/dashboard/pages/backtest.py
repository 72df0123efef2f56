"""The Backtest page: what each policy would have brought on a trace."""

import streamlit as st

from ahorrater.adapters.clients.backtest import BacktestClient
from ahorrater.contracts.backtest import BacktestRequest
from dashboard.connections import functions, now
from dashboard.orders import aside
from dashboard.parts.backtest_form import backtest_form
from dashboard.parts.backtest_result import backtest_result_part
from dashboard.reader import Reader
from dashboard.replays import Replay

_REPLAY = "replay"


def backtest_page(reader: Reader) -> None:
    """The form, and this session's last replay."""
    st.markdown(reader.texts.backtest.intro)
    with st.container(border=True, key="backtest-form"):
        request = backtest_form(reader)
    if request is not None:
        st.session_state[_REPLAY] = _begun(request)
    replay = st.session_state.get(_REPLAY)
    if isinstance(replay, Replay):
        backtest_result_part(reader, replay)


def _begun(request: BacktestRequest) -> Replay:
    replay, ask = Replay(now()), functions().backtest.stream
    aside(lambda: replay.receive(ask(BacktestClient.run, request)))
    return replay
