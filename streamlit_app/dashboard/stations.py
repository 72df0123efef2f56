"""Stations and what they charge: who sells a product, for how much, and as a file. Pure."""

import csv
import io
from collections.abc import Iterable

from ahorrater.contracts.fuel import Offer, StationInfo
from ahorrater.domain.fuel.places import PositionQuality
from dashboard.charts.stations import Spot

_COLUMNS = (
    "station",
    "brand",
    "address",
    "municipality",
    "province",
    "latitude",
    "longitude",
    "price",
    "unit",
    "valid_from",
)


def offers_of(stations: Iterable[StationInfo], product: str) -> tuple[Offer, ...]:
    """What the listed stations charge for a product (its slug), the cheapest first. Doubtful positions are left out."""
    found = [
        _offer(station, product)
        for station in stations
        if station.missing_since is None and any(price.product == product for price in station.prices)
    ]
    return tuple(sorted(found, key=lambda offer: (offer.price, offer.station)))


def _offer(station: StationInfo, product: str) -> Offer:
    price = next(price for price in station.prices if price.product == product)
    is_placed = station.position is PositionQuality.GOOD
    return Offer(
        station=station.id,
        brand=station.brand,
        address=station.address,
        municipality=station.municipality,
        province=station.province,
        hours=station.hours,
        latitude=station.latitude if is_placed else None,
        longitude=station.longitude if is_placed else None,
        price=price.price,
        unit=price.unit,
        valid_from=price.valid_from,
    )


def spots(found: Iterable[Offer]) -> list[Spot]:
    """Those that have a position, as the map takes them."""
    return [
        Spot(
            longitude=offer.longitude,
            latitude=offer.latitude,
            price=float(offer.price),
            brand=offer.brand,
            where=f"{offer.address}, {offer.municipality}",
        )
        for offer in found
        if offer.latitude is not None and offer.longitude is not None
    ]


def csv_of(found: Iterable[Offer]) -> str:
    """A line for each, with a header."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for offer in found:
        words = map(plain, (offer.brand, offer.address, offer.municipality, offer.province))
        price = (offer.price, offer.unit, offer.valid_from.isoformat())
        writer.writerow((offer.station, *words, offer.latitude, offer.longitude, *price))
    return text.getvalue()


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
