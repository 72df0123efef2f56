"""What following the sun brought today."""

from typing import Literal

import streamlit as st

from ahorrater.contracts.answers import DayEnergy
from dashboard import live
from dashboard.client import Away
from dashboard.formats import escape
from dashboard.parts.age import age_caption
from dashboard.parts.banner import banner
from dashboard.reader import Reader


@st.fragment(run_every=live.SLOW_REFRESH_S)
def today_part(reader: Reader) -> None:
    """The present UTC day's account: five numbers."""
    today = live.today()
    if isinstance(today, Away):
        banner(today, reader)
        return
    if today.value is None:
        st.info(reader.texts.no_account, icon=":material/energy_savings_leaf:")
        return
    _numbers(today.value, reader)
    age_caption(today.at, reader)


def _numbers(day: DayEnergy, reader: Reader) -> None:
    texts = reader.texts
    with st.container(horizontal=True, key="today"):
        _share(day, reader)
        _tile(texts.served, f"{reader.number(sum(day.served_wh.values()))} Wh", help_text=_by_node(day, reader))
        _tile(texts.gained, f"{reader.number(day.gain_wh)} Wh", _more_than_staying(day, reader), texts.gained_help)
        cost = texts.moves_cost.format(energy=f"{reader.number(day.move_cost_wh, 2)} Wh")
        _tile(texts.moves_today, str(day.moves), cost, plain=True)
        _tile(texts.saved, f"{reader.number(day.saved_co2_kg * 1000)} g", help_text=texts.saved_help)


def _share(day: DayEnergy, reader: Reader) -> None:
    """How much of the workloads' need the sun gave; what is missing for that where nobody said what they need."""
    texts = reader.texts
    if day.renewable_share is None or day.needed_wh is None:
        _tile(texts.share, "–", texts.share_unknown, texts.share_unknown_help, plain=True)
        return
    needed = texts.share_of.format(energy=f"{reader.number(day.needed_wh)} Wh")
    _tile(texts.share, f"{reader.number(100 * day.renewable_share)} %", needed, texts.share_help, plain=True)


def _by_node(day: DayEnergy, reader: Reader) -> str | None:
    """What each node's park served, most first; nothing where there was one only."""
    if len(day.served_wh) < 2:
        return None
    most_first = sorted(day.served_wh.items(), key=lambda served: (-served[1], served[0]))
    nodes = ", ".join(f"{escape(node)} {reader.number(energy_wh)} Wh" for node, energy_wh in most_first)
    return reader.texts.served_by.format(nodes=nodes)


def _tile(
    label: str, value: str, below: str | None = None, help_text: str | None = None, *, plain: bool = False
) -> None:
    """`plain`: what stands below is no change, but words."""
    looks: Literal["off", "normal"] = "off" if plain else "normal"
    arrow: Literal["off", "auto"] = "off" if plain else "auto"
    st.metric(label, value, below, help=help_text, delta_color=looks, delta_arrow=arrow, border=True, height="stretch")


def _more_than_staying(day: DayEnergy, reader: Reader) -> str | None:
    if day.stay_put_wh <= 0:
        return None
    return f"{reader.number(100 * day.gain_wh / day.stay_put_wh)} %"
