"""fuel-query: places, stations and prices."""

from dataclasses import asdict, dataclass
from datetime import date

from pydantic import TypeAdapter

from ahorrater.contracts.fuel import Names, Offer, PriceHistory, ProductInfo, StationInfo, StationPage, Statistics
from dashboard.client import Answer, Away, FunctionClient, Query

_NAMES = TypeAdapter(Names)
_PRODUCTS = TypeAdapter(tuple[ProductInfo, ...])
_PAGE = TypeAdapter(StationPage)
_HISTORY = TypeAdapter(PriceHistory)
_OFFERS = TypeAdapter(tuple[Offer, ...])
_STATISTICS = TypeAdapter(Statistics)

PAGE_STATIONS = 1000
"""The most that one request gives."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of Spain by the ministry's numbers; nothing given is all of it."""

    ccaa: str | None = None
    provincia: str | None = None
    municipio: str | None = None

    @property
    def query(self) -> dict[str, str]:
        """The same, as fuel-query's parameters."""
        return {name: number for name, number in asdict(self).items() if number is not None}


class FuelQuery:
    """Reads only."""

    def __init__(self, function: FunctionClient) -> None:
        self._function = function

    def regions(self) -> Answer[Names] | Away:
        """The regions (CCAA)."""
        return self._function.get("/rest/locate/ccaa/", _NAMES)

    def provinces(self, ccaa: str) -> Answer[Names] | Away:
        """The provinces of a region."""
        return self._function.get(f"/rest/locate/ccaa/{ccaa}", _NAMES)

    def municipalities(self, provincia: str) -> Answer[Names] | Away:
        """The municipalities of a province."""
        return self._function.get(f"/rest/locate/provincia/{provincia}", _NAMES)

    def products(self) -> Answer[tuple[ProductInfo, ...]] | Away:
        """What is sold."""
        return self._function.get("/rest/products", _PRODUCTS)

    def stations(self, place: Place) -> Answer[tuple[StationInfo, ...]] | Away:
        """The stations of a place with their prices, by number, page after page."""
        found: list[StationInfo] = []
        while True:
            after = found[-1].id if found else 0
            query: Query = {**place.query, "after": after, "limit": PAGE_STATIONS}
            page = self._function.get("/rest/stations", _PAGE, query)
            if isinstance(page, Away):
                return page
            found += page.value.stations
            if page.value.next is None or not page.value.stations:
                return Answer(tuple(found), page.at)

    def history(self, product: str, station: int, first: date, last: date) -> Answer[PriceHistory] | Away:
        """A product's price at a station, day by day."""
        return self._function.get(f"/rest/price/{product}/{station}/{first}/{last}", _HISTORY)

    def statistics(self, product: str, place: Place, first: date, last: date) -> Answer[Statistics] | Away:
        """A product's prices in a place, day by day."""
        query = {**place.query, "fechaInicio": str(first), "fechaFin": str(last)}
        return self._function.get(f"/rest/price/{product}/statistics", _STATISTICS, query)

    def nearest(self, product: str, latitude: float, longitude: float, limit: int) -> Answer[tuple[Offer, ...]] | Away:
        """The stations nearest to a point that sell a product."""
        query = {"lat": latitude, "lon": longitude, "limit": limit}
        return self._function.get(f"/rest/price/{product}/nearest", _OFFERS, query)
