"""Where a product costs least: in the chosen place, or around the chosen station."""

from collections.abc import Sequence
from statistics import fmean

import streamlit as st

from ahorrater.adapters.clients.fuel import Place
from ahorrater.contracts.fuel import Offer, ProductInfo, StationInfo
from dashboard import fuel_data
from dashboard.client import Answer, Away
from dashboard.formats import escape
from dashboard.parts.banner import banner
from dashboard.parts.place_choice import Chosen
from dashboard.reader import Reader

_SHOWN = 8
_AROUND = 25
"""The stations around one that are compared."""


@st.fragment(run_every=fuel_data.REFRESH_S)
def cheapest_part(reader: Reader, chosen: Chosen, product: ProductInfo) -> None:
    """Three numbers and a table, the cheapest first."""
    texts = reader.texts.fuel
    found = _around(chosen.station, product) if chosen.station else fuel_data.offers(chosen.place, product.slug)
    if isinstance(found, Away):
        banner(found, reader)
        return
    if not found.value:
        st.info(texts.nobody_sells.format(product=escape(product.name)), icon=":material/money_off:")
        return
    _numbers(found.value, product, reader)
    if chosen.station is not None:
        st.caption(f":material/near_me: {escape(texts.nearest_to.format(place=chosen.station.brand))}")
    st.table(
        table(found.value[:_SHOWN], reader),
        border="horizontal",
        hide_index=True,
        hide_header=False,
        alt=texts.cheapest_description.format(place=chosen.name, product=product.name),
    )


def _around(station: StationInfo, product: ProductInfo) -> Answer[Sequence[Offer]] | Away:
    if station.latitude is None or station.longitude is None:
        return fuel_data.offers(Place(municipio=str(station.municipality_id)), product.slug)
    nearest = fuel_data.nearest(product.slug, station.latitude, station.longitude, _AROUND)
    if isinstance(nearest, Away):
        return nearest
    return Answer(sorted(nearest.value, key=lambda offer: offer.price), nearest.at)


def _numbers(found: Sequence[Offer], product: ProductInfo, reader: Reader) -> None:
    texts, prices = reader.texts.fuel, [float(offer.price) for offer in found]
    with st.container(horizontal=True):
        st.metric(f"{texts.cheapest_of}, {product.unit}", reader.number(min(prices), 3), width="content")
        st.metric(f"{texts.mean_of}, {product.unit}", reader.number(fmean(prices), 3), width="content")
        st.metric(texts.stations_of, len(prices), width="content")


def table(found: Sequence[Offer], reader: Reader) -> dict[str, list[str]]:
    """The columns of the table, as Markdown."""
    texts = reader.texts.fuel
    return {
        texts.price: [_price(offer, reader) for offer in found],
        texts.brand: [_station(offer, reader) for offer in found],
    }


def _price(offer: Offer, reader: Reader) -> str:
    since = reader.texts.fuel.since.format(day=reader.day(offer.valid_from))
    return f"**{reader.number(float(offer.price), 3)}**  \n:small[:gray[{escape(since)}]]"


def _station(offer: Offer, reader: Reader) -> str:
    where = f"{offer.address}, {offer.municipality}"
    away = "" if offer.distance_km is None else f" · {reader.number(offer.distance_km)} km"
    return f"{escape(offer.brand)}  \n:small[:gray[{escape(where + away)}]]"
