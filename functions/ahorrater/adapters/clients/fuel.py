"""fuel-query: places, stations and prices."""

from dataclasses import asdict, dataclass
from datetime import date

from ahorrater.adapters.clients.http import HttpFunction, Query
from ahorrater.contracts.fuel import Names, Offer, PriceHistory, ProductInfo, StationInfo, StationPage, Statistics

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


class FuelClient:
    """Reads only. Every method raises Away where fuel-query does not answer, NotFound for what it does not know."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def regions(self) -> Names:
        """Number -> name of every region (CCAA)."""
        return self._names("ccaa/")

    def provinces(self, ccaa: str | None = None) -> Names:
        """Number -> name of every province, or of those of a region."""
        return self._names("provincia/" if ccaa is None else f"ccaa/{ccaa}")

    def municipalities(self, provincia: str | None = None) -> Names:
        """Number -> name of every municipality, or of those of a province."""
        return self._names("municipio/" if provincia is None else f"provincia/{provincia}")

    def products(self) -> tuple[ProductInfo, ...]:
        """What is sold."""
        return self._function.get("/rest/products", tuple[ProductInfo, ...])

    def station(self, number: int) -> StationInfo:
        """One station."""
        return self._function.get(f"/rest/stations/{number}", StationInfo)

    def stations(self, place: Place) -> tuple[StationInfo, ...]:
        """The stations of a place with their prices, by number, page after page."""
        found: list[StationInfo] = []
        while True:
            query: Query = {**place.query, "after": found[-1].id if found else 0, "limit": PAGE_STATIONS}
            page = self._function.get("/rest/stations", StationPage, query)
            found += page.stations
            if page.next is None or not page.stations:
                return tuple(found)

    def history(self, product: str, station: int, first: date, last: date) -> PriceHistory:
        """A product's price at a station, day by day."""
        return self._function.get(f"/rest/price/{product}/{station}/{first}/{last}", PriceHistory)

    def statistics(self, product: str, place: Place, first: date, last: date) -> Statistics:
        """A product's prices in a place, day by day."""
        query: Query = {**place.query, "fechaInicio": str(first), "fechaFin": str(last)}
        return self._function.get(f"/rest/price/{product}/statistics", Statistics, query)

    def cheapest(self, product: str, limit: int, **place: int) -> tuple[Offer, ...]:
        """Who sells it for least in a `municipio` or a `provincia`."""
        return self._offers(product, "cheapest", {"limit": limit, **place})

    def nearest(self, product: str, limit: int, latitude: float, longitude: float) -> tuple[Offer, ...]:
        """Who sells it nearest to a point, degrees."""
        return self._offers(product, "nearest", {"limit": limit, "lat": latitude, "lon": longitude})

    def _names(self, path: str) -> Names:
        return self._function.get(f"/rest/locate/{path}", Names)

    def _offers(self, product: str, order: str, query: Query) -> tuple[Offer, ...]:
        return self._function.get(f"/rest/price/{product}/{order}", tuple[Offer, ...], query)
