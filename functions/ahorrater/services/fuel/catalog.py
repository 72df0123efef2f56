"""The present, in memory: places, stations and the prices in force. Twelve thousand stations are a few megabytes."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from heapq import nsmallest
from math import cos, radians
from typing import NamedTuple

from ahorrater.domain.fuel.places import Position, PositionQuality, distance_km
from ahorrater.domain.fuel.products import Product
from ahorrater.domain.fuel.snapshot import Municipality, Province, Station

CELL_DEGREES = 0.25
"""Side of the cells in which stations near a point are looked for."""

RINGS = 8
"""Rings of cells around a point that are searched before every station is looked at."""

KM_PER_DEGREE = 111.0
"""Of latitude; a little less than the truth, so that no ring is left too early."""


class PresentPrice(NamedTuple):
    """A price in force."""

    station_id: int
    product_id: int
    price_milli: int
    valid_from: datetime


@dataclass(frozen=True)
class Catalog:
    """Everything of one version of the stored prices. `as_of` is the moment of the newest snapshot.

    A station that has been missing from the feed for longer than `missing_tolerance` offers nothing any more.
    """

    version: str
    as_of: datetime
    regions: dict[int, str]
    provinces: dict[int, Province]
    municipalities: dict[int, Municipality]
    stations: dict[int, Station]
    missing_since: dict[int, datetime]
    products: dict[int, Product]
    prices: list[PresentPrice]
    missing_tolerance: timedelta

    @cached_property
    def products_by_word(self) -> dict[str, Product]:
        """By slug and by number."""
        return {word: product for product in self.products.values() for word in (product.slug, str(product.id))}

    @cached_property
    def by_station(self) -> dict[int, list[PresentPrice]]:
        """The prices of each station, by product."""
        found: dict[int, list[PresentPrice]] = defaultdict(list)
        for price in self.prices:
            found[price.station_id].append(price)
        return found

    @cached_property
    def by_product(self) -> dict[int, list[PresentPrice]]:
        """The offers of each product, the lowest price first."""
        found: dict[int, list[PresentPrice]] = defaultdict(list)
        for price in sorted(self.prices, key=lambda price: (price.price_milli, price.station_id)):
            if self._offers(price.station_id):
                found[price.product_id].append(price)
        return found

    @cached_property
    def by_municipality(self) -> dict[int, list[Station]]:
        """The stations of each municipality, by number."""
        found: dict[int, list[Station]] = defaultdict(list)
        for station in self.stations.values():
            found[station.municipality_id].append(station)
        return found

    def price(self, station_id: int, product_id: int) -> PresentPrice | None:
        """What the product costs at the station; None where it is not sold."""
        return next((price for price in self.by_station.get(station_id, ()) if price.product_id == product_id), None)

    def province_of(self, station: Station) -> Province:
        """The province that a station is in."""
        return self.provinces[self.municipalities[station.municipality_id].province_id]

    def nearest(self, product_id: int, point: Position, limit: int) -> list[tuple[float, PresentPrice]]:
        """The nearest stations that sell the product, with their distance in km.

        Cells are searched in rings around the point, until the next ring is farther away than what was found.
        """
        cells = self._cells(product_id)
        found: list[tuple[float, PresentPrice]] = []
        for ring in range(RINGS):
            new = (price for cell in _ring(_cell(point), ring) for price in cells.get(cell, ()))
            found = self._nearest_of(new, point, limit, found)
            if len(found) == limit and found[-1][0] <= _reach_km(ring, point):
                return found
        return self._nearest_of((price for cell in cells.values() for price in cell), point, limit, [])

    def _nearest_of(
        self, prices: Iterable[PresentPrice], point: Position, limit: int, found: list[tuple[float, PresentPrice]]
    ) -> list[tuple[float, PresentPrice]]:
        return nsmallest(limit, [*found, *((self._distance_km(price, point), price) for price in prices)])

    def _offers(self, station_id: int) -> bool:
        missing_since = self.missing_since.get(station_id)
        return missing_since is None or missing_since >= self.as_of - self.missing_tolerance

    def _distance_km(self, price: PresentPrice, point: Position) -> float:
        return distance_km(point, _position(self.stations[price.station_id]))

    @cached_property
    def _cells_of_products(self) -> dict[int, dict[tuple[int, int], list[PresentPrice]]]:
        return {}

    def _cells(self, product_id: int) -> dict[tuple[int, int], list[PresentPrice]]:
        """The prices of a product by the cell that their station is in; made when first asked for."""
        if product_id not in self._cells_of_products:
            self._cells_of_products[product_id] = self._sorted_into_cells(self.by_product.get(product_id, ()))
        return self._cells_of_products[product_id]

    def _sorted_into_cells(self, prices: Iterable[PresentPrice]) -> dict[tuple[int, int], list[PresentPrice]]:
        cells: dict[tuple[int, int], list[PresentPrice]] = defaultdict(list)
        for price in prices:
            station = self.stations[price.station_id]
            if station.position is PositionQuality.GOOD:
                cells[_cell(_position(station))].append(price)
        return cells


def in_force(changes: list[tuple[datetime, int | None]], moment: datetime) -> int | None:
    """The price at a moment, given a station's changes in order of time."""
    place = bisect_right(changes, moment, key=lambda change: change[0])
    return changes[place - 1][1] if place else None


def _reach_km(ring: int, point: Position) -> float:
    """How far from the point the cells up to this ring reach at least, in every direction."""
    narrowing = cos(radians(min(89.0, abs(point.latitude) + (ring + 1) * CELL_DEGREES)))
    return ring * CELL_DEGREES * KM_PER_DEGREE * narrowing


def _position(station: Station) -> Position:
    return Position(station.latitude or 0.0, station.longitude or 0.0)


def _cell(point: Position) -> tuple[int, int]:
    return int(point.latitude // CELL_DEGREES), int(point.longitude // CELL_DEGREES)


def _ring(centre: tuple[int, int], ring: int) -> Iterator[tuple[int, int]]:
    """The cells whose distance from the centre, in cells, is `ring`."""
    row, column = centre
    for step in range(-ring, ring + 1):
        yield row + step, column - ring
        if ring:
            yield row + step, column + ring
    for step in range(1 - ring, ring):
        yield row - ring, column + step
        yield row + ring, column + step
