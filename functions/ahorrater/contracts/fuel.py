"""What fuel-query answers. Prices are decimals of euros, written as JSON numbers with at most three decimals."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from ahorrater.contracts.base import Contract, UtcDatetime
from ahorrater.domain.fuel.places import PositionQuality

Euros = Annotated[Decimal, Field(gt=0, lt=1000), PlainSerializer(float, return_type=float)]
"""Three decimals survive the way through a float and back."""

Names = dict[str, str]
"""Number -> name, in the order of the numbers, which have no leading zeros: the original's shape for places."""


class ProductInfo(Contract):
    """A product. `slug` is its word in the paths, `unit` that of its price."""

    id: int
    slug: str
    name: str
    unit: str
    stations: Annotated[int, Field(ge=0)]


class PriceNow(Contract):
    """What a product costs at a station, since when."""

    product: str
    price: Euros
    unit: str
    valid_from: UtcDatetime


class StationInfo(Contract):
    """A station: where it is, when it is open, what it sells for how much.

    `position` says whether the coordinates are to be believed. `margin`: side of the road (D, I, N). `sale_type`: P to
    the public, R restricted. `missing_since`: the feed has not listed it since then, which does not mean closed.
    """

    id: int
    brand: str
    address: str
    postcode: str
    locality: str
    municipality_id: int
    municipality: str
    province: str
    hours: str
    latitude: float | None
    longitude: float | None
    position: PositionQuality
    margin: str
    sale_type: str
    remission: str
    missing_since: UtcDatetime | None
    prices: tuple[PriceNow, ...]


class StationPage(Contract):
    """Stations by number. `next` is the path of the next page, null on the last."""

    total: Annotated[int, Field(ge=0)]
    stations: tuple[StationInfo, ...]
    next: str | None


class StationPrice(Contract):
    """What one product costs at one station."""

    station: int
    brand: str
    product: str
    price: Euros
    unit: str
    valid_from: UtcDatetime
    as_of: UtcDatetime


class PriceChange(Contract):
    """A price that is in force from `valid_from` on; null: not sold from then on."""

    valid_from: UtcDatetime
    price: Euros | None


class DayPrice(Contract):
    """The price at the end of a day in Madrid; of the present day, so far."""

    day: date
    price: Euros | None


class PriceHistory(Contract):
    """One product at one station between two days, both included: each change, and each day's price.

    The first change is the one that was in force when the range began. Days before anything is known, and after the
    newest snapshot, are left out.
    """

    station: int
    brand: str
    product: str
    unit: str
    first: date
    last: date
    changes: tuple[PriceChange, ...]
    days: tuple[DayPrice, ...]


class Offer(Contract):
    """A station's price of one product, with where the station is. `distance_km`: great circle, where one was asked."""

    station: int
    brand: str
    address: str
    municipality: str
    province: str
    hours: str
    latitude: float | None
    longitude: float | None
    price: Euros
    unit: str
    valid_from: UtcDatetime
    distance_km: float | None = None


class DayStatistics(Contract):
    """The prices of one product at the end of a day, over the stations that sold it."""

    day: date
    stations: Annotated[int, Field(ge=1)]
    minimum: Euros
    mean: Euros
    median: Euros
    maximum: Euros


class Statistics(Contract):
    """Price statistics of one product in one place, day by day. `mean` and `median` are rounded to 0.001."""

    product: str
    unit: str
    place: str
    days: tuple[DayStatistics, ...]
