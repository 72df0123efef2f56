"""One answer of the feed, made of values: what every station sold at one moment, and for how much."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ahorrater.domain.fuel.places import PositionQuality
from ahorrater.domain.fuel.products import Product

UNREADABLE = 0
"""In place of a price: the station sells the product, but what it costs could not be read."""

FIRST_SAMPLE_ID = 90_000_000
"""Invented stations and municipalities have numbers from here on; the ministry's are far below."""


class Province(NamedTuple):
    """A province, by the ministry's numbers."""

    id: int
    ccaa_id: int
    name: str


class Municipality(NamedTuple):
    """A municipality, by the ministry's own number, which is not INE's."""

    id: int
    province_id: int
    name: str


class Station(NamedTuple):
    """A petrol station (EESS). `latitude` and `longitude` are as they came, in degrees; `position` judges them.

    `margin`: side of the road (D, I, N); `sale_type`: P to the public, R restricted; `remission`: dm by the retailer,
    OM by the wholesaler.
    """

    id: int
    municipality_id: int
    brand: str
    address: str
    postcode: str
    locality: str
    hours: str
    latitude: float | None
    longitude: float | None
    position: PositionQuality
    margin: str
    sale_type: str
    remission: str


class Price(NamedTuple):
    """What a product costs at a station, in thousandths of a euro, or UNREADABLE."""

    station_id: int
    product_id: int
    price_milli: int


class Rejected(NamedTuple):
    """Something of the answer that was not taken: which station, as it is written there, and why."""

    station: str
    reason: str


@dataclass(frozen=True, slots=True)
class Places:
    """Provinces and municipalities, by id."""

    provinces: dict[int, Province] = field(default_factory=dict)
    municipalities: dict[int, Municipality] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The answer of one moment (UTC), each station once."""

    moment: datetime
    stations: list[Station]
    prices: list[Price]
    products: list[Product]
    places: Places
    rejected: list[Rejected]

    @property
    def unknown_products(self) -> tuple[str, ...]:
        """The price fields that no known product has."""
        return tuple(product.field for product in self.products if not product.known)

    @property
    def doubtful_positions(self) -> int:
        """Stations whose position is kept but not believed."""
        return sum(station.position is not PositionQuality.GOOD for station in self.stations)
