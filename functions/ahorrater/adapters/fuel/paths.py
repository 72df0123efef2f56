"""fuel-query's door: the original's nine paths, the same for every product, and what came after."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BeforeValidator, Field, StringConstraints

from ahorrater.adapters.functions import Event, Operation, Params, data_of
from ahorrater.contracts.events import FuelRefreshed
from ahorrater.contracts.fuel import (
    Names,
    Offer,
    PriceHistory,
    ProductInfo,
    StationInfo,
    StationPage,
    StationPrice,
    Statistics,
)
from ahorrater.domain.fuel.places import Position
from ahorrater.domain.fuel.values import day_of
from ahorrater.services.fuel.edition import Edition
from ahorrater.services.fuel.query import FuelAnswers, Place

PlaceNumber = Annotated[int, Field(ge=1, le=99)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""A number of the ministry; leading zeros are taken."""

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]
"""A product: its slug or its number."""

Day = Annotated[date, BeforeValidator(lambda text: day_of(str(text)))]
Limit = Annotated[int, Field(ge=1, le=100)]


class CcaaParams(Params):
    """A region."""

    number: PlaceNumber = Field(alias="idCCAA")


class ProvinceParams(Params):
    """A province."""

    number: PlaceNumber = Field(alias="idProv")


class MunicipalityParams(Params):
    """A municipality."""

    number: Number = Field(alias="idMuni")


class StationParams(Params):
    """A station."""

    station: Number = Field(alias="idEESS")


class RangeParams(StationParams):
    """A station between two days, both included; yyyy-mm-dd or dd-mm-yyyy."""

    first: Day = Field(alias="fechaInicio")
    last: Day = Field(alias="fechaFin")


class ProductParams(Params):
    """A product."""

    product: Word = Field(alias="producto")


class ProductStationParams(ProductParams, StationParams):
    """A product at a station."""


class ProductRangeParams(ProductParams, RangeParams):
    """A product at a station between two days."""


class PlaceParams(Params):
    """A place; what lies in all that are given; none is all of Spain."""

    ccaa: PlaceNumber | None = None
    provincia: PlaceNumber | None = None
    municipio: Number | None = None

    @property
    def place(self) -> Place:
        """The place."""
        return Place(self.ccaa, self.provincia, self.municipio)


class PageParams(PlaceParams):
    """A page of the stations of a place: those after a number."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class CheapestParams(ProductParams, PlaceParams):
    """How many, and where."""

    limit: Limit = 10


class NearestParams(ProductParams):
    """How many, and from where; degrees, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    limit: Limit = 10


class StatisticsParams(ProductParams, PlaceParams):
    """Which days, both included; the newest, if none are given."""

    first: Day | None = Field(default=None, alias="fechaInicio")
    last: Day | None = Field(default=None, alias="fechaFin")


def hearings(edition: Edition) -> Mapping[str, Callable[[Event], None]]:
    """A load that ended is taken over at once."""

    def hear_refreshed(event: Event) -> None:
        data_of(event, FuelRefreshed)
        edition.check()

    return {FuelRefreshed.TYPE: hear_refreshed}


def operations(answers: FuelAnswers) -> list[Operation]:
    """The paths; where two match, the first is meant."""
    return [*_places(answers), *_stations(answers), *_offers(answers), *_original_prices(answers), *_prices(answers)]


def _places(answers: FuelAnswers) -> list[Operation]:
    def get_ccaa(_: Params) -> Names:
        """The regions (CCAA)."""
        return answers.regions()

    def get_provinces_of_ccaa(params: CcaaParams) -> Names:
        """The provinces of a region."""
        return answers.provinces(params.number)

    def get_provinces(_: Params) -> Names:
        """The provinces."""
        return answers.provinces(None)

    def get_municipalities_of_province(params: ProvinceParams) -> Names:
        """The municipalities of a province."""
        return answers.municipalities(params.number)

    def get_municipalities(_: Params) -> Names:
        """The municipalities."""
        return answers.municipalities(None)

    def get_station_names_of_municipality(params: MunicipalityParams) -> Names:
        """The stations of a municipality, by brand."""
        return answers.stations(params.number)

    return [
        Operation.get("/rest/locate/ccaa/", get_ccaa, Names),
        Operation.get("/rest/locate/ccaa/{idCCAA}", get_provinces_of_ccaa, Names, CcaaParams),
        Operation.get("/rest/locate/provincia/", get_provinces, Names),
        Operation.get("/rest/locate/provincia/{idProv}", get_municipalities_of_province, Names, ProvinceParams),
        Operation.get("/rest/locate/municipio/", get_municipalities, Names),
        Operation.get("/rest/locate/municipio/{idMuni}", get_station_names_of_municipality, Names, MunicipalityParams),
    ]


def _stations(answers: FuelAnswers) -> list[Operation]:
    def get_station_names(_: Params) -> Names:
        """Every station, by brand."""
        return answers.stations(None)

    def get_stations_of_municipality(params: MunicipalityParams) -> StationPage:
        """The stations of a municipality with position, brand, hours and present prices."""
        return answers.station_page(Place(municipality=params.number), 0, 2**31 - 1, str)

    def get_stations(params: PageParams) -> StationPage:
        """The stations of a place with position, brand, hours and present prices, page by page."""

        def next_path(after: int) -> str:
            return f"/rest/stations?{urlencode({**params.model_dump(exclude_none=True), 'after': after})}"

        return answers.station_page(params.place, params.after, params.limit, next_path)

    def get_station(params: StationParams) -> StationInfo:
        """One station."""
        return answers.station(params.station)

    return [
        Operation.get("/rest/locate/eess/", get_station_names, Names),
        Operation.get(
            "/rest/locate/municipio/{idMuni}/stations", get_stations_of_municipality, StationPage, MunicipalityParams
        ),
        Operation.get("/rest/stations", get_stations, StationPage, PageParams),
        Operation.get("/rest/stations/{idEESS}", get_station, StationInfo, StationParams),
    ]


def _offers(answers: FuelAnswers) -> list[Operation]:
    def get_products(_: Params) -> list[ProductInfo]:
        """The products and their words in the paths."""
        return answers.products()

    def get_cheapest(params: CheapestParams) -> list[Offer]:
        """The stations of a place that sell a product for least."""
        return answers.cheapest(params.product, params.place, params.limit)

    def get_nearest(params: NearestParams) -> list[Offer]:
        """The stations nearest to a point that sell a product, with its price."""
        return answers.nearest(params.product, Position(params.lat, params.lon), params.limit)

    def get_statistics(params: StatisticsParams) -> Statistics:
        """Minimum, mean, median and maximum of a product's prices in a place, day by day."""
        return answers.statistics(params.product, params.place, params.first, params.last)

    product = "/rest/price/{producto}"
    return [
        Operation.get("/rest/products", get_products, list[ProductInfo]),
        Operation.get(f"{product}/cheapest", get_cheapest, list[Offer], CheapestParams),
        Operation.get(f"{product}/nearest", get_nearest, list[Offer], NearestParams),
        Operation.get(f"{product}/statistics", get_statistics, Statistics, StatisticsParams),
    ]


def _original_prices(answers: FuelAnswers) -> list[Operation]:
    def get_gasoleoa(params: StationParams) -> StationPrice:
        """The price of diesel (gasóleo A) at a station."""
        return answers.price("gasoleoa", params.station)

    def get_gasoleoa_history(params: RangeParams) -> PriceHistory:
        """The prices of diesel (gasóleo A) at a station between two days."""
        return answers.history("gasoleoa", params.station, params.first, params.last)

    def get_gasoleo95(params: StationParams) -> StationPrice:
        """The price of 95 octane petrol (gasolina 95 E5) at a station."""
        return answers.price("gasoleo95", params.station)

    diesel = "/rest/price/gasoleoa/{idEESS}"
    return [
        Operation.get(diesel, get_gasoleoa, StationPrice, StationParams),
        Operation.get(f"{diesel}/{{fechaInicio}}/{{fechaFin}}", get_gasoleoa_history, PriceHistory, RangeParams),
        Operation.get("/rest/price/gasoleo95/{idEESS}", get_gasoleo95, StationPrice, StationParams),
    ]


def _prices(answers: FuelAnswers) -> list[Operation]:
    def get_price(params: ProductStationParams) -> StationPrice:
        """The price of a product at a station."""
        return answers.price(params.product, params.station)

    def get_history(params: ProductRangeParams) -> PriceHistory:
        """The prices of a product at a station between two days."""
        return answers.history(params.product, params.station, params.first, params.last)

    station = "/rest/price/{producto}/{idEESS}"
    return [
        Operation.get(station, get_price, StationPrice, ProductStationParams),
        Operation.get(f"{station}/{{fechaInicio}}/{{fechaFin}}", get_history, PriceHistory, ProductRangeParams),
    ]
