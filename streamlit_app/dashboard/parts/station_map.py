"""The stations of a place on a map, coloured by price."""

import streamlit as st

from ahorrater.contracts.fuel import ProductInfo
from dashboard import fuel_data
from dashboard.charts.common import DATASET
from dashboard.charts.stations import MapTitles, arrow_rows, laid_out, specification, view_of
from dashboard.client import Away
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.parts.place_choice import Chosen
from dashboard.reader import Reader
from dashboard.stations import csv_of, offers, spots


@st.fragment(run_every=fuel_data.REFRESH_S)
def station_map_part(reader: Reader, chosen: Chosen, product: ProductInfo) -> None:
    """The map, what is not on it, and the download of what is behind it."""
    texts = reader.texts.fuel
    reply = fuel_data.stations(chosen.place)
    if isinstance(reply, Away):
        banner(reply, reader)
        return
    selling = offers(reply.value, product.slug)
    placed = laid_out(spots(selling))
    if not placed:
        st.info(texts.no_stations.format(product=escape(product.name)), icon=":material/local_gas_station:")
        return
    titles = MapTitles(texts.price, texts.brand, texts.address)
    spec = specification(view_of(placed), product.unit, titles)
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: arrow_rows(placed)}},
        alt=texts.map_description.format(place=chosen.name, product=product.name),
        key="fuel-map",
    )
    if len(placed) < len(selling):
        st.caption(f":material/wrong_location: {texts.unplaced.format(count=len(selling) - len(placed))}")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        age = duration((now() - reply.at).total_seconds())
        st.caption(f":material/schedule: {texts.answered.format(age=age)}", width="content")
        st.download_button(
            texts.download_stations,
            lambda: csv_of(selling),
            f"{product.slug}.csv",
            "text/csv",
            key="fuel-csv",
            icon=":material/download:",
            on_click="ignore",
        )
