"""One card for each park: what it gives now, how old that is, what is expected of it, and what its device is doing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from ahorrater.contracts.answers import HealthFlag, ParkCondition, ParkNow
from dashboard import live
from dashboard.client import Answer, Away
from dashboard.connections import now
from dashboard.formats import duration, escape, percent
from dashboard.parts.banner import banner
from dashboard.parts.cards import cards
from dashboard.reader import Reader

_AHEAD = timedelta(hours=1)

Colour = Literal["green", "orange", "red", "blue", "gray"]

_STATES: Mapping[ParkCondition, tuple[str, Colour]] = {
    ParkCondition.ONLINE: (":material/sensors:", "green"),
    ParkCondition.STALE: (":material/hourglass_disabled:", "orange"),
    ParkCondition.OFFLINE: (":material/sensors_off:", "red"),
    ParkCondition.SLEEPING: (":material/bedtime:", "blue"),
    ParkCondition.MISSING: (":material/help:", "gray"),
}
_HEALTH: Mapping[HealthFlag, tuple[str, Colour]] = {
    HealthFlag.OK: (":material/verified:", "green"),
    HealthFlag.SOILING: (":material/water_drop:", "orange"),
    HealthFlag.SHADE: (":material/park:", "orange"),
    HealthFlag.FAILURE: (":material/error:", "red"),
    HealthFlag.UNKNOWN: (":material/help:", "gray"),
}


@st.fragment(run_every=live.REFRESH_S)
def park_cards_part(reader: Reader) -> None:
    """The parks by name, and the nodes of the cluster that no park has spoken for."""
    parks = live.parks()
    if isinstance(parks, Away):
        banner(parks, reader)
        return
    elapsed_s = (now() - parks.at).total_seconds()
    known = {park.node: park for park in parks.value}
    names = sorted(known.keys() | _cluster_nodes())
    if not names:
        st.info(reader.texts.no_parks, icon=":material/solar_power:")
        return
    sunny = live.sunny_nodes()
    for name, card in cards("park", names):
        with card:
            _title(name, name in sunny, known.get(name), reader)
            _body(known.get(name), elapsed_s, reader)


def _cluster_nodes() -> set[str]:
    nodes = live.nodes()
    return {node.name for node in nodes.value if node.schedulable} if isinstance(nodes, Answer) else set()


def _title(name: str, is_sunny: bool, park: ParkNow | None, reader: Reader) -> None:
    state = ParkCondition.MISSING if park is None else park.state
    icon, colour = _STATES[state]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        sun = ":orange[:material/sunny:] " if is_sunny else ""
        st.markdown(f"**{sun}{escape(name)}**", width="content")
        st.badge(reader.texts.state[state], icon=icon, color=colour)


def _body(park: ParkNow | None, elapsed_s: float, reader: Reader) -> None:
    texts = reader.texts
    if park is None or park.power_w is None or park.age_s is None:
        st.caption(texts.never_heard)
        return
    power = f"{reader.number(park.power_w)} W"
    shown = power if park.state is ParkCondition.ONLINE else f":gray[{power}]"
    ahead = [point.power_w for point in park.forecast or ()]
    st.metric(texts.power, shown, label_visibility="collapsed", chart_data=ahead or None, chart_type="area")
    _measured(park, reader)
    if park.battery_soc is not None:
        st.progress(park.battery_soc, texts.battery.format(percent=percent(park.battery_soc)))
    _doubts(park, reader)
    st.caption(f":material/schedule: {texts.age.format(age=duration(park.age_s + elapsed_s))}")


def _measured(park: ParkNow, reader: Reader) -> None:
    """What was measured, beside what was expected."""
    texts = reader.texts
    found = []
    if park.voltage_v is not None and park.current_a is not None:
        found += [f"{reader.number(park.voltage_v)} V", f"{reader.number(park.current_a, 2)} A"]
    if park.expected_w is not None:
        found.append(texts.expected_now.format(power=f"{reader.number(park.expected_w)} W"))
    later = _later(park, now() + _AHEAD)
    if later is not None:
        found.append(texts.expected_later.format(power=f"{reader.number(later)} W"))
    st.markdown(" · ".join(found))


def _later(park: ParkNow, moment: datetime) -> float | None:
    """The forecast nearest to a moment, W."""
    points = park.forecast or ()
    return min(points, key=lambda point: abs(point.at - moment)).power_w if points else None


def _doubts(park: ParkNow, reader: Reader) -> None:
    """What is known of the panel and its sensor; nothing where there is nothing to say."""
    if park.health is not None:
        icon, colour = _HEALTH[park.health.flag]
        st.badge(reader.texts.health[park.health.flag], icon=icon, color=colour, help=escape(park.health.evidence))
    if park.quarantine is not None:
        cause = escape(park.quarantine.cause)
        st.badge(reader.texts.quarantined.format(cause=cause), icon=":material/sensors_krx:", color="red")
