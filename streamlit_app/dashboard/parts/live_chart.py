"""Power, voltage or current of every park over the last minutes, with the moves marked."""

import streamlit as st

from ahorrater.contracts.exports import DataExport
from dashboard import live
from dashboard.charts.common import DATASET
from dashboard.charts.parks import Quantity, Titles, Window, specification
from dashboard.client import Answer, Away
from dashboard.exports import parks_export
from dashboard.parts.banner import banner
from dashboard.parts.export import export_part
from dashboard.reader import Reader


def live_chart_part(reader: Reader) -> None:
    """The choice of quantity and time span, the chart, which alone is drawn again and again, and its export."""
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
    export_part(reader, "export-parks", lambda: _export(reader, quantity, window))


@st.fragment(run_every=live.REFRESH_S)
def _chart(reader: Reader, quantity: Quantity, window: Window) -> None:
    texts = reader.texts
    parks, rows = live.parks(), live.chart_rows(window)
    if isinstance(parks, Away):
        banner(parks, reader)
        return
    if isinstance(rows, Away):
        banner(rows, reader)
        return
    if not parks.value:
        st.info(texts.no_history, icon=":material/show_chart:")
        return
    names = tuple(sorted(park.node for park in parks.value))
    name = texts.quantity[quantity]
    spec = specification(names, quantity, Titles(name, texts.chart_time, texts.chart_move, texts.chart_park))
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: rows.value}},
        alt=texts.chart_description.format(quantity=name, window=texts.window[window]),
        key=f"chart-{quantity}",
    )


def _export(reader: Reader, quantity: Quantity, window: Window) -> DataExport | None:
    histories = live.histories(window)
    title = f"{reader.texts.quantity[quantity]} · {reader.texts.window[window]}"
    return parks_export(title, quantity, histories.value) if isinstance(histories, Answer) else None
