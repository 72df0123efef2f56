"""Where the work runs now: the pods of each node."""

import streamlit as st

from ahorrater.contracts.answers import PodInfo
from dashboard import live
from dashboard.client import Away
from dashboard.formats import escape
from dashboard.parts.age import age_caption
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.story import NodeWork, work_by_node


@st.fragment(run_every=live.REFRESH_S)
def workloads_part(reader: Reader) -> None:
    """A table with a row for each node."""
    nodes, pods = live.nodes(), live.pods()
    if isinstance(nodes, Away):
        banner(nodes, reader)
        return
    if isinstance(pods, Away):
        banner(pods, reader)
        return
    work = work_by_node(nodes.value, pods.value)
    if not work:
        st.info(reader.texts.nothing_runs, icon=":material/dns:")
        return
    st.table(
        table(work, reader),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=reader.texts.workloads_description,
    )
    age_caption(min(nodes.at, pods.at), reader)


def table(work: list[NodeWork], reader: Reader) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts
    return {
        texts.node: [_node(row, reader) for row in work],
        texts.follows_sun: [" ".join(_pod(pod, reader) for pod in row.followers) or "–" for row in work],
    }


def _node(work: NodeWork, reader: Reader) -> str:
    if work.node is None:
        return f":orange[{reader.texts.not_placed}]"
    sun = ":orange[:material/sunny:] " if work.info is not None and work.info.sunny else ""
    unready = work.info is not None and not work.info.ready
    note = f" :red-badge[{escape(reader.texts.node_not_ready)}]" if unready else ""
    others = f"  \n:small[:gray[{escape(reader.texts.other_pods.format(count=work.others))}]]" if work.others else ""
    return f"{sun}**{escape(work.node)}**{note}{others}"


def _pod(pod: PodInfo, reader: Reader) -> str:
    if pod.ready:
        return f":green-badge[:material/check: {escape(pod.name)}]"
    state = reader.texts.pod_not_ready if pod.phase == "Running" else pod.phase
    return f":orange-badge[:material/hourglass_empty: {escape(f'{pod.name} · {state}')}]"
