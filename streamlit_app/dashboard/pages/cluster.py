"""The Cluster page: what the nodes use, where the work runs, the levers, and the last moves."""

import streamlit as st

from dashboard.parts.moves import moves_part
from dashboard.parts.steering import steering_part
from dashboard.parts.usage import usage_part
from dashboard.parts.workloads import workloads_part
from dashboard.reader import Reader


def cluster_page(reader: Reader) -> None:
    """The parts, from what people look for first."""
    texts = reader.texts
    st.subheader(texts.workloads, anchor=False)
    workloads_part(reader)
    st.subheader(texts.cluster.steering, anchor=False)
    steering_part(reader)
    st.subheader(texts.cluster.usage, anchor=False)
    usage_part(reader)
    st.subheader(texts.cluster.moves, anchor=False)
    moves_part(reader)
