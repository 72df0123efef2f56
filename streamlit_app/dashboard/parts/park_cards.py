"""One card for each park: what it gives now, how old that is, and what its device is doing."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from ahorrater.contracts.answers import PanelMeans, PanelNow
from dashboard import live
from dashboard.client import Answer, Away
from dashboard.formats import duration, escape, percent
from dashboard.parts.banner import banner
from dashboard.reader import Reader
from dashboard.status import Status, status_of

_COLUMNS = 4

_LOOKS: Mapping[Status, tuple[str, Literal["green", "orange", "red", "blue", "gray"]]] = {
    Status.ONLINE: (":material/sensors:", "green"),
    Status.STALE: (":material/hourglass_disabled:", "orange"),
    Status.OFFLINE: (":material/sensors_off:", "red"),
    Status.SLEEPING: (":material/bedtime:", "blue"),
    Status.SILENT: (":material/help:", "gray"),
}


@st.fragment(run_every=live.REFRESH_S)
def park_cards_part(reader: Reader) -> None:
    """The parks by name, and the nodes of the cluster that no park has spoken for."""
    panels = live.panels()
    if isinstance(panels, Away):
        banner(panels, reader)
        return
    means = live.means()
    by_node = {mean.node: mean for mean in means.value} if isinstance(means, Answer) else {}
    elapsed_s = (live.now() - panels.at).total_seconds()
    now = {panel.node: panel for panel in panels.value}
    names = sorted(now.keys() | _cluster_nodes())
    if not names:
        st.info(reader.texts.no_parks, icon=":material/solar_power:")
        return
    sunny = _sunny_node()
    for first in range(0, len(names), _COLUMNS):
        row = names[first : first + _COLUMNS]
        for column, name in zip(st.columns(max(len(row), min(len(names), _COLUMNS))), row, strict=False):
            with column.container(border=True, height="stretch", key=f"park-{name}"):
                _title(name, name == sunny, now.get(name), reader)
                _body(now.get(name), by_node.get(name), elapsed_s, reader)


def _cluster_nodes() -> set[str]:
    nodes = live.nodes()
    return {node.name for node in nodes.value if node.schedulable} if isinstance(nodes, Answer) else set()


def _sunny_node() -> str | None:
    sunny = live.sunny_node()
    return sunny.value.node if isinstance(sunny, Answer) else None


def _title(name: str, is_sunny: bool, panel: PanelNow | None, reader: Reader) -> None:
    status = Status.SILENT if panel is None else status_of(panel)
    icon, colour = _LOOKS[status]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        sun = ":orange[:material/sunny:] " if is_sunny else ""
        st.markdown(f"**{sun}{escape(name)}**", width="content")
        st.badge(reader.texts.status[status], icon=icon, color=colour)


def _body(panel: PanelNow | None, mean: PanelMeans | None, elapsed_s: float, reader: Reader) -> None:
    texts = reader.texts
    if panel is None:
        st.caption(texts.never_heard)
        return
    power = f"{reader.number(panel.power_w)} W"
    current = status_of(panel) is Status.ONLINE
    st.metric(texts.power, power if current else f":gray[{power}]", label_visibility="collapsed")
    volts, amperes = f"{reader.number(panel.voltage_v)} V", f"{reader.number(panel.current_a, 2)} A"
    average = f" · {texts.mean} {reader.number(mean.power_w)} W" if mean else ""
    st.markdown(f"{volts} · {amperes}{average}")
    if panel.battery_soc is not None:
        st.progress(panel.battery_soc, texts.battery.format(percent=percent(panel.battery_soc)))
    if panel.overflow:
        st.caption(f":material/warning: {texts.overflow}")
    st.caption(f":material/schedule: {texts.age.format(age=duration(panel.age_s + elapsed_s))}")
