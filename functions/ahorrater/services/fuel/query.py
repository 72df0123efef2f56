"""fuel-query: places, stations and prices. The present is answered from memory, the past from the database."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Protocol

from ahorrater.contracts.errors import NotFound, Reject
from ahorrater.contracts.fuel import (
    DayPrice,
    DayStatistics,
    Names,
    Offer,
    PriceChange,
    PriceHistory,
    PriceNow,
    ProductInfo,
    StationInfo,
    StationPage,
    StationPrice,
    Statistics,
)
from ahorrater.domain.fuel.places import Position
from ahorrater.domain.fuel.products import Product
from ahorrater.domain.fuel.snapshot import Station
from ahorrater.domain.fuel.values import euros, history_moment, madrid_day
from ahorrater.services.fuel.catalog import Catalog, PresentPrice, in_force

MAX_DAYS = 5 * 366
MAX_STATISTICS_DAYS = 92

ALIASES = {"gasoleo95": "gasolina95e5", "gasolina95": "gasolina95e5", "gasolina98": "gasolina98e5"}
"""The original's word for 95 octane petrol, and what people say."""

Change = tuple[datetime, int | None]


class PriceHistories(Protocol):
    """The past. Raises RetryLater while the database is away."""

    def changes(self, station_id: int, product_id: int, since: datetime, until: datetime) -> list[Change]:
        """The changes up to `until`, beginning with the one in force at `since`, in order of time."""

    def changes_of(
        self, station_ids: Iterable[int], product_id: int, since: datetime, until: datetime
    ) -> dict[int, list[Change]]:
        """The same for many stations."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region, a province, a municipality; what lies in all that are given; with none of them, all of Spain."""

    ccaa: int | None = None
    province: int | None = None
    municipality: int | None = None


class FuelAnswers:
    """The service. `catalog` gives the present version of everything; it raises RetryLater where there is none yet."""

    def __init__(
        self, catalog: Callable[[], Catalog], histories: PriceHistories, clock: Callable[[], datetime]
    ) -> None:
        self._catalog, self._histories, self._clock = catalog, histories, clock

    def regions(self) -> Names:
        """All regions."""
        return _names(self._catalog().regions.items())

    def provinces(self, ccaa: int | None) -> Names:
        """The provinces of a region, or all."""
        catalog = self._catalog()
        _known(catalog.regions, ccaa, "region (CCAA)")
        return _names((p.id, p.name) for p in catalog.provinces.values() if ccaa in (None, p.ccaa_id))

    def municipalities(self, province: int | None) -> Names:
        """The municipalities of a province, or all."""
        catalog = self._catalog()
        _known(catalog.provinces, province, "province")
        return _names((m.id, m.name) for m in catalog.municipalities.values() if province in (None, m.province_id))

    def stations(self, municipality: int | None) -> Names:
        """The stations of a municipality, or all, by their brands."""
        catalog = self._catalog()
        _known(catalog.municipalities, municipality, "municipality")
        if municipality is None:
            return _names((station.id, station.brand) for station in catalog.stations.values())
        return _names((station.id, station.brand) for station in catalog.by_municipality.get(municipality, ()))

    def products(self) -> list[ProductInfo]:
        """Every product, and how many stations sell it."""
        catalog = self._catalog()
        return [
            ProductInfo(id=p.id, slug=p.slug, name=p.name, unit=p.unit, stations=len(catalog.by_product.get(p.id, ())))
            for p in sorted(catalog.products.values(), key=lambda product: product.id)
        ]

    def station(self, station_id: int) -> StationInfo:
        """One station, with everything that it sells."""
        catalog = self._catalog()
        return _station_info(catalog, _station(catalog, station_id))

    def station_page(self, place: Place, after: int, limit: int, next_path: Callable[[int], str]) -> StationPage:
        """The stations of a place, by number, from the one after `after` on."""
        catalog = self._catalog()
        wanted = sorted(_stations_in(catalog, place), key=lambda station: station.id)
        rest = [station for station in wanted if station.id > after]
        page = rest[:limit]
        return StationPage(
            total=len(wanted),
            stations=tuple(_station_info(catalog, station) for station in page),
            next=next_path(page[-1].id) if len(rest) > limit else None,
        )

    def price(self, word: str, station_id: int) -> StationPrice:
        """What a product costs at a station. Raises NotFound where it is not sold."""
        catalog = self._catalog()
        product, station = _product(catalog, word), _station(catalog, station_id)
        price = catalog.price(station.id, product.id)
        if price is None:
            raise NotFound(f"station {station_id} does not sell {product.name}")
        return StationPrice(
            station=station.id,
            brand=station.brand,
            product=product.slug,
            price=euros(price.price_milli),
            unit=product.unit,
            valid_from=price.valid_from,
            as_of=catalog.as_of,
        )

    def history(self, word: str, station_id: int, first: date, last: date) -> PriceHistory:
        """What a product cost at a station between two days. Raises Reject for a range that cannot be."""
        catalog = self._catalog()
        product, station = _product(catalog, word), _station(catalog, station_id)
        self._check_range(first, last, MAX_DAYS)
        days = _days(first, min(last, madrid_day(catalog.as_of)))
        since, until = _begin(first), history_moment(last)
        changes = _distinct(self._histories.changes(station.id, product.id, since, until))
        known = [day for day in days if changes and changes[0][0] <= history_moment(day)]
        return PriceHistory(
            station=station.id,
            brand=station.brand,
            product=product.slug,
            unit=product.unit,
            first=first,
            last=last,
            changes=tuple(PriceChange(valid_from=moment, price=_euros(milli)) for moment, milli in changes),
            days=tuple(DayPrice(day=day, price=_euros(in_force(changes, history_moment(day)))) for day in known),
        )

    def cheapest(self, word: str, place: Place, limit: int) -> list[Offer]:
        """The stations of a place that sell a product for least."""
        catalog = self._catalog()
        product = _product(catalog, word)
        inside = {station.id for station in _stations_in(catalog, place)}
        prices = (price for price in catalog.by_product.get(product.id, ()) if price.station_id in inside)
        return [_offer(catalog, product, price) for price, _ in zip(prices, range(limit), strict=False)]

    def nearest(self, word: str, point: Position, limit: int) -> list[Offer]:
        """The stations nearest to a point that sell a product."""
        catalog = self._catalog()
        product = _product(catalog, word)
        return [_offer(catalog, product, price, km) for km, price in catalog.nearest(product.id, point, limit)]

    def statistics(self, word: str, place: Place, first: date | None, last: date | None) -> Statistics:
        """The prices of a product in a place, day by day; of the newest day, if no days are given."""
        catalog = self._catalog()
        product = _product(catalog, word)
        newest = madrid_day(catalog.as_of)
        begin = first or min(last or newest, newest)
        end = last or max(begin, newest)
        self._check_range(begin, end, MAX_STATISTICS_DAYS)
        ids = [station.id for station in _stations_in(catalog, place)]
        changes = self._histories.changes_of(ids, product.id, _begin(begin), history_moment(end))
        return Statistics(
            product=product.slug,
            unit=product.unit,
            place=_place_name(catalog, place),
            days=tuple(_statistics(changes, _days(begin, min(end, newest)))),
        )

    def _check_range(self, first: date, last: date, most: int) -> None:
        today = madrid_day(self._clock())
        if first > last:
            raise Reject(f"the range ends ({last}) before it begins ({first})")
        if first > today:
            raise Reject(f"the range begins on {first}, and today is {today}")
        if (last - first).days >= most:
            raise Reject(f"more than {most} days: ask for a shorter range")


def _names(pairs: Iterable[tuple[int, str]]) -> Names:
    return {str(number): name for number, name in sorted(pairs)}


def _known(things: Container[int], number: int | None, what: str) -> None:
    if number is not None and number not in things:
        raise NotFound(f"there is no {what} {number}")


def _station(catalog: Catalog, station_id: int) -> Station:
    station = catalog.stations.get(station_id)
    if station is None:
        raise NotFound(f"there is no station {station_id}")
    return station


def _product(catalog: Catalog, word: str) -> Product:
    slug = word.lower()
    product = catalog.products_by_word.get(ALIASES.get(slug, slug))
    if product is None:
        raise NotFound(f"there is no product {word}; /rest/products lists them")
    return product


def _stations_in(catalog: Catalog, place: Place) -> Iterable[Station]:
    _known(catalog.regions, place.ccaa, "region (CCAA)")
    _known(catalog.provinces, place.province, "province")
    _known(catalog.municipalities, place.municipality, "municipality")
    if place.municipality is None:
        return (station for station in catalog.stations.values() if _is_in(catalog, station, place))
    return (
        station for station in catalog.by_municipality.get(place.municipality, ()) if _is_in(catalog, station, place)
    )


def _is_in(catalog: Catalog, station: Station, place: Place) -> bool:
    province = catalog.province_of(station)
    return place.province in (None, province.id) and place.ccaa in (None, province.ccaa_id)


def _place_name(catalog: Catalog, place: Place) -> str:
    if place.municipality is not None:
        return catalog.municipalities[place.municipality].name
    if place.province is not None:
        return catalog.provinces[place.province].name
    return catalog.regions[place.ccaa] if place.ccaa is not None else "España"


def _station_info(catalog: Catalog, station: Station) -> StationInfo:
    prices = (_price_now(catalog.products[price.product_id], price) for price in catalog.by_station.get(station.id, ()))
    return StationInfo(
        id=station.id,
        brand=station.brand,
        address=station.address,
        postcode=station.postcode,
        locality=station.locality,
        municipality_id=station.municipality_id,
        municipality=catalog.municipalities[station.municipality_id].name,
        province=catalog.province_of(station).name,
        hours=station.hours,
        latitude=station.latitude,
        longitude=station.longitude,
        position=station.position,
        margin=station.margin,
        sale_type=station.sale_type,
        remission=station.remission,
        missing_since=catalog.missing_since.get(station.id),
        prices=tuple(prices),
    )


def _price_now(product: Product, price: PresentPrice) -> PriceNow:
    return PriceNow(
        product=product.slug, price=euros(price.price_milli), unit=product.unit, valid_from=price.valid_from
    )


def _offer(catalog: Catalog, product: Product, price: PresentPrice, km: float | None = None) -> Offer:
    station = catalog.stations[price.station_id]
    return Offer(
        station=station.id,
        brand=station.brand,
        address=station.address,
        municipality=catalog.municipalities[station.municipality_id].name,
        province=catalog.province_of(station).name,
        hours=station.hours,
        latitude=station.latitude,
        longitude=station.longitude,
        price=euros(price.price_milli),
        unit=product.unit,
        valid_from=price.valid_from,
        distance_km=None if km is None else round(km, 3),
    )


def _statistics(changes: dict[int, list[Change]], days: list[date]) -> Iterable[DayStatistics]:
    by_day: dict[date, list[int]] = defaultdict(list)
    for station_changes in changes.values():
        for day in days:
            milli = in_force(station_changes, history_moment(day))
            if milli is not None:
                by_day[day].append(milli)
    return [_day_statistics(day, by_day[day]) for day in days if by_day[day]]


def _day_statistics(day: date, prices_milli: list[int]) -> DayStatistics:
    return DayStatistics(
        day=day,
        stations=len(prices_milli),
        minimum=euros(min(prices_milli)),
        mean=euros(round(Decimal(sum(prices_milli)) / len(prices_milli))),
        median=euros(round(median(prices_milli))),
        maximum=euros(max(prices_milli)),
    )


def _distinct(changes: list[Change]) -> list[Change]:
    """Without those that change nothing."""
    return [change for place, change in enumerate(changes) if place == 0 or change[1] != changes[place - 1][1]]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _begin(day: date) -> datetime:
    """The instant before which a price must be in force to count for the first day: that day's first."""
    return history_moment(day - timedelta(days=1)) + timedelta(minutes=1)


def _euros(milli: int | None) -> Decimal | None:
    return None if milli is None else euros(milli)
