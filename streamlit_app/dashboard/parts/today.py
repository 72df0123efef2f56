"""What following the sun brought today."""

import streamlit as st

from ahorrater.contracts.answers import DayEnergy
from dashboard import live
from dashboard.client import Away
from dashboard.parts.age import age_caption
from dashboard.parts.banner import banner
from dashboard.reader import Reader


@st.fragment(run_every=live.SLOW_REFRESH_S)
def today_part(reader: Reader) -> None:
    """The present UTC day's account: four numbers."""
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
    served_wh = sum(day.served_wh.values())
    cost = texts.moves_cost.format(energy=f"{reader.number(day.move_cost_wh, 2)} Wh")
    served, gained, moves, saved = st.columns(4)
    served.metric(texts.served, f"{reader.number(served_wh)} Wh", border=True, height="stretch")
    gained.metric(
        texts.gained,
        f"{reader.number(day.gain_wh)} Wh",
        _share(day, reader),
        help=texts.gained_help,
        border=True,
        height="stretch",
    )
    moves.metric(
        texts.moves_today, day.moves, cost, delta_color="off", delta_arrow="off", border=True, height="stretch"
    )
    grams = f"{reader.number(day.saved_co2_kg * 1000)} g"
    saved.metric(texts.saved, grams, help=texts.saved_help, border=True, height="stretch")


def _share(day: DayEnergy, reader: Reader) -> str | None:
    if day.stay_put_wh <= 0:
        return None
    return f"{reader.number(100 * day.gain_wh / day.stay_put_wh)} %"
