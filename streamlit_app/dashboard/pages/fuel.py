"""The Fuel page: from all of Spain down to one station, on the map, cheapest first, and over time."""

import streamlit as st

from ahorrater.domain.fuel.snapshot import FIRST_SAMPLE_ID
from dashboard import fuel_data
from dashboard.client import Answer
from dashboard.parts.cheapest import cheapest_part
from dashboard.parts.place_choice import Chosen, place_choice
from dashboard.parts.price_chart import price_chart_part
from dashboard.parts.product_choice import product_choice
from dashboard.parts.station_map import station_map_part
from dashboard.reader import Reader


def fuel_page(reader: Reader) -> None:
    """The choices first, then what they lead to."""
    texts = reader.texts.fuel
    chosen = place_choice(reader)
    compared = product_choice(reader)
    if compared is None:
        return
    _note_of_the_sample(chosen, reader)
    beside = st.columns([3, 2], gap="large")
    with beside[0]:
        st.subheader(texts.map, anchor=False)
        station_map_part(reader, chosen, compared.product)
    with beside[1]:
        st.subheader(texts.cheapest, anchor=False)
        cheapest_part(reader, chosen, compared.product)
    st.subheader(texts.prices, anchor=False)
    price_chart_part(reader, chosen, compared)


def _note_of_the_sample(chosen: Chosen, reader: Reader) -> None:
    stations = fuel_data.stations(chosen.place)
    if isinstance(stations, Answer) and any(station.id >= FIRST_SAMPLE_ID for station in stations.value):
        st.caption(f":material/science: {reader.texts.fuel.sample_note}")
