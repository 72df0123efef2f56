"""What the nodes use: a card for each now, and the last minutes."""

from datetime import datetime

import streamlit as st

from ahorrater.contracts.answers import NodeMetrics
from ahorrater.contracts.exports import DataExport
from dashboard import live
from dashboard.charts.common import DATASET
from dashboard.charts.usage import Resource, specification
from dashboard.client import Away
from dashboard.connections import now
from dashboard.exports import usage_export
from dashboard.formats import duration, escape, percent
from dashboard.parts.banner import banner
from dashboard.parts.cards import cards
from dashboard.parts.export import export_part
from dashboard.reader import Reader

_GIB = 2**30


def usage_part(reader: Reader) -> None:
    """The cards, the choice of resource, the chart and its export."""
    _cards(reader)
    resource = st.segmented_control(
        reader.texts.cluster.usage_choice,
        list(Resource),
        default=Resource.CPU,
        required=True,
        format_func=lambda choice: _name(choice, reader),
        key="resource",
        label_visibility="collapsed",
    )
    _chart(reader, resource)
    export_part(reader, "export-usage", lambda: _export(reader, resource))


@st.fragment(run_every=live.REFRESH_S)
def _cards(reader: Reader) -> None:
    metrics = live.metrics()
    if isinstance(metrics, Away):
        banner(metrics, reader)
        return
    if not metrics.value:
        st.info(reader.texts.cluster.no_usage, icon=":material/memory:")
        return
    sunny = live.sunny_nodes()
    samples = {sample.node: sample for sample in metrics.value}
    for node, card in cards("node", sorted(samples)):
        with card:
            _card(samples[node], node in sunny, reader, now())


def _card(sample: NodeMetrics, is_sunny: bool, reader: Reader, moment: datetime) -> None:
    texts = reader.texts.cluster
    sun = ":orange[:material/sunny:] " if is_sunny else ""
    st.markdown(f"**{sun}{escape(sample.node)}**")
    cpu, memory = Resource.CPU.share(sample), Resource.MEMORY.share(sample)
    cores = f"{reader.number(sample.cpu_cores, 2)} / {reader.number(sample.cpu_capacity_cores, 0)} {texts.cores}"
    gib = f"{reader.number(sample.memory_bytes / _GIB)} / {reader.number(sample.memory_capacity_bytes / _GIB)} GiB"
    st.progress(min(cpu, 1.0), f"**{texts.cpu} {percent(cpu)}** · {cores}")
    st.progress(min(memory, 1.0), f"**{texts.memory} {percent(memory)}** · {gib}")
    age = duration((moment - sample.at).total_seconds())
    st.caption(f":material/schedule: {texts.measured.format(age=age)}")


@st.fragment(run_every=live.REFRESH_S)
def _chart(reader: Reader, resource: Resource) -> None:
    if isinstance(live.metrics(), Away):
        return
    samples = live.usage_history().since(now() - live.USAGE_SPAN)
    nodes = tuple(samples)
    if not nodes:
        return
    name = _name(resource, reader)
    spec = specification(nodes, resource, name, reader.texts.node)
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: live.usage_rows()}},
        alt=reader.texts.cluster.usage_description.format(what=name, window=duration(live.USAGE_SPAN.total_seconds())),
        key=f"usage-{resource}",
    )


def _name(resource: Resource, reader: Reader) -> str:
    texts = reader.texts.cluster
    return {Resource.CPU: texts.cpu, Resource.MEMORY: texts.memory}[resource]


def _export(reader: Reader, resource: Resource) -> DataExport | None:
    return usage_export(_name(resource, reader), resource, live.usage_history().since(now() - live.USAGE_SPAN))
