"""fuel-query, as other functions ask it."""

from ahorrater.adapters.clients.http import HttpFunction, Query
from ahorrater.contracts.fuel import Names, Offer, StationInfo


class FuelClient:
    """Places, stations, prices. Every method raises Away where fuel-query does not answer."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function

    def municipalities(self) -> Names:
        """Number -> name of every municipality."""
        found: Names = self._function.get("/rest/locate/municipio/", Names)
        return found

    def provinces(self) -> Names:
        """Number -> name of every province."""
        found: Names = self._function.get("/rest/locate/provincia/", Names)
        return found

    def station(self, number: int) -> StationInfo:
        """One station. Raises NotFound."""
        found: StationInfo = self._function.get(f"/rest/stations/{number}", StationInfo)
        return found

    def cheapest(self, product: str, limit: int, **place: int) -> list[Offer]:
        """Who sells it for least in a `municipio` or a `provincia`."""
        return self._offers(product, "cheapest", {"limit": limit, **place})

    def nearest(self, product: str, limit: int, latitude: float, longitude: float) -> list[Offer]:
        """Who sells it nearest to a point, degrees."""
        return self._offers(product, "nearest", {"limit": limit, "lat": latitude, "lon": longitude})

    def _offers(self, product: str, order: str, query: Query) -> list[Offer]:
        found: list[Offer] = self._function.get(f"/rest/price/{product}/{order}", list[Offer], query)
        return found
