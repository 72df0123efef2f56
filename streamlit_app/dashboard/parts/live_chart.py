"""Power, voltage or current of every park over the last minutes, with the moves marked."""

import streamlit as st

from dashboard import live
from dashboard.charts import DATASET, Quantity, Titles, Window, specification
from dashboard.client import Away
from dashboard.parts.banner import banner
from dashboard.reader import Reader


def live_chart_part(reader: Reader) -> None:
    """The choice of quantity and time span, and the chart, which alone is drawn again and again."""
    texts = reader.texts
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        quantity = st.segmented_control(
            texts.quantity_choice,
            list(Quantity),
            default=Quantity.POWER,
            required=True,
            format_func=lambda choice: texts.quantity[choice],
            key="quantity",
            label_visibility="collapsed",
        )
        window = st.segmented_control(
            texts.window_choice,
            list(Window),
            default=Window.FIVE_MINUTES,
            required=True,
            format_func=lambda choice: texts.window[choice],
            key="window",
            label_visibility="collapsed",
        )
    _chart(reader, quantity, window)


@st.fragment(run_every=live.REFRESH_S)
def _chart(reader: Reader, quantity: Quantity, window: Window) -> None:
    texts = reader.texts
    panels = live.panels()
    if isinstance(panels, Away):
        banner(panels, reader)
        return
    parks = tuple(sorted(panel.node for panel in panels.value))
    rows = live.chart_rows(parks, window)
    if isinstance(rows, Away):
        banner(rows, reader)
        return
    if not parks:
        st.info(texts.no_history, icon=":material/show_chart:")
        return
    name = texts.quantity[quantity]
    spec = specification(parks, quantity, Titles(name, texts.chart_time, texts.chart_move, texts.chart_park))
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: rows.value}},
        alt=texts.chart_description.format(quantity=name, window=texts.window[window]),
        key=f"chart-{quantity}",
    )
