"""The stations of a place on a map, coloured by price."""

import streamlit as st

from ahorrater.contracts.fuel import ProductInfo
from dashboard import fuel_data
from dashboard.charts.common import DATASET
from dashboard.charts.stations import MapTitles, specification
from dashboard.client import Away
from dashboard.formats import escape
from dashboard.parts.age import age_caption
from dashboard.parts.banner import banner
from dashboard.parts.place_choice import Chosen
from dashboard.reader import Reader
from dashboard.stations import csv_of


@st.fragment(run_every=fuel_data.REFRESH_S)
def station_map_part(reader: Reader, chosen: Chosen, product: ProductInfo) -> None:
    """The map, what is not on it, and the download of what is behind it."""
    texts = reader.texts.fuel
    selling, drawn = fuel_data.offers(chosen.place, product.slug), fuel_data.map_of(chosen.place, product.slug)
    if isinstance(selling, Away):
        banner(selling, reader)
        return
    if isinstance(drawn, Away) or drawn.value is None:
        st.info(texts.no_stations.format(product=escape(product.name)), icon=":material/local_gas_station:")
        return
    titles = MapTitles(texts.price, texts.brand, texts.address)
    spec = specification(drawn.value.view, product.unit, titles)
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: drawn.value.rows}},
        alt=texts.map_description.format(place=chosen.name, product=product.name),
        key="fuel-map",
    )
    unplaced = len(selling.value) - drawn.value.stations
    if unplaced:
        st.caption(f":material/wrong_location: {texts.unplaced.format(count=unplaced)}")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        age_caption(selling.at, reader)
        st.download_button(
            texts.download_stations,
            lambda: csv_of(selling.value),
            f"{product.slug}.csv",
            "text/csv",
            key="fuel-csv",
            icon=":material/download:",
            on_click="ignore",
        )
