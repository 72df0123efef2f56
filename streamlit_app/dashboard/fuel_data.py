"""What the Fuel page reads, shared by every viewer. Prices change once a day, so answers are kept longer."""

from datetime import date, datetime

import streamlit as st

from ahorrater.adapters.clients.fuel import FuelClient, Place
from ahorrater.contracts.fuel import Names, Offer, PriceHistory, ProductInfo, StationInfo, Statistics
from dashboard.charts.stations import StationMap, station_map
from dashboard.client import Answer, Away
from dashboard.connections import functions
from dashboard.stations import offers_of, spots

_TTL_S = 4.5
"""s; below the page's refresh. fuel-query answers from memory; an outage, and its end, is seen within this."""

REFRESH_S = 5
"""s; how often the page's parts are drawn again."""


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def regions() -> Answer[Names] | Away:
    """The regions (CCAA)."""
    return functions().fuel.read(FuelClient.regions)


@st.cache_resource(ttl=_TTL_S, max_entries=64, show_spinner=False)
def provinces(ccaa: str) -> Answer[Names] | Away:
    """The provinces of a region."""
    return functions().fuel.read(FuelClient.provinces, ccaa)


@st.cache_resource(ttl=_TTL_S, max_entries=64, show_spinner=False)
def municipalities(provincia: str) -> Answer[Names] | Away:
    """The municipalities of a province."""
    return functions().fuel.read(FuelClient.municipalities, provincia)


@st.cache_resource(ttl=_TTL_S, show_spinner=False)
def products() -> Answer[tuple[ProductInfo, ...]] | Away:
    """What is sold."""
    return functions().fuel.read(FuelClient.products)


@st.cache_resource(ttl=_TTL_S, max_entries=16, show_spinner=False)
def stations(place: Place) -> Answer[tuple[StationInfo, ...]] | Away:
    """The stations of a place with their prices."""
    return functions().fuel.read(FuelClient.stations, place)


def offers(place: Place, product: str) -> Answer[tuple[Offer, ...]] | Away:
    """What the stations of a place charge for a product, the cheapest first."""
    found = stations(place)
    return found if isinstance(found, Away) else Answer(_offers(place, product, found.at, found.value), found.at)


def map_of(place: Place, product: str) -> Answer[StationMap | None] | Away:
    """The same, drawn on a map; None where no station has a credible position."""
    found = offers(place, product)
    return found if isinstance(found, Away) else Answer(_map(place, product, found.at, found.value), found.at)


# What is made of an answer, once for all viewers, by the time of the answer: with a time to live of its own it would be
# shown for so much longer than the answer, and an outage, or its end, be seen so much later.
@st.cache_resource(max_entries=32, show_spinner=False)
def _offers(
    place: Place,  # noqa: ARG001 -- a part of the key, as `at` is
    product: str,
    at: datetime,  # noqa: ARG001
    _stations: tuple[StationInfo, ...],
) -> tuple[Offer, ...]:
    return offers_of(_stations, product)


@st.cache_resource(max_entries=32, show_spinner=False)
def _map(place: Place, product: str, at: datetime, _offers: tuple[Offer, ...]) -> StationMap | None:  # noqa: ARG001
    return station_map(spots(_offers))


@st.cache_resource(ttl=_TTL_S, max_entries=64, show_spinner=False)
def history(product: str, station: int, first: date, last: date) -> Answer[PriceHistory] | Away:
    """A product's price at a station, day by day."""
    return functions().fuel.read(FuelClient.history, product, station, first, last)


@st.cache_resource(ttl=_TTL_S, max_entries=64, show_spinner=False)
def statistics(product: str, place: Place, first: date, last: date) -> Answer[Statistics] | Away:
    """A product's prices in a place, day by day."""
    return functions().fuel.read(FuelClient.statistics, product, place, first, last)


@st.cache_resource(ttl=_TTL_S, max_entries=64, show_spinner=False)
def nearest(product: str, latitude: float, longitude: float, limit: int) -> Answer[tuple[Offer, ...]] | Away:
    """The stations nearest to a point."""
    return functions().fuel.read(FuelClient.nearest, product, limit, latitude, longitude)
