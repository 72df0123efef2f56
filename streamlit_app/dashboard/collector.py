"""Garbage collection that many viewers can afford.

Streamlit collects all generations after every redraw of every part for every viewer: a quarter of a redraw's cost with
twelve viewers, most of it spent on walking what lives long. So that is taken out of the collector's sight, and brought
back once a minute to find what died meanwhile.
"""

import gc
import threading
import time

import streamlit as st

_PERIOD_S = 60.0


@st.cache_resource(show_spinner=False)
def spare_the_collector() -> threading.Thread:
    """Once a process."""
    thread = threading.Thread(target=_again_and_again, name="collector", daemon=True)
    thread.start()
    return thread


def _again_and_again() -> None:
    while True:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        time.sleep(_PERIOD_S)
