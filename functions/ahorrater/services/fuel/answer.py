"""Reads an answer of the feed: judges it as a whole, then station by station and price by price.

The answer is read whole before anything of it is used: its verdict, `ResultadoConsulta`, stands after the last
station, and a connection that breaks shows only in the missing end. What that takes is bounded (MAX_ANSWER_BYTES) and
measured (docs/fuel.md).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.fuel_feed import FeedAnswer, FeedMunicipality, FeedStation
from ahorrater.domain.fuel.places import judge
from ahorrater.domain.fuel.products import PRICE_PREFIX, Product, product_of_field
from ahorrater.domain.fuel.snapshot import (
    UNREADABLE,
    Municipality,
    Places,
    Price,
    Province,
    Rejected,
    Snapshot,
    Station,
)
from ahorrater.domain.fuel.values import degrees, feed_moment, price_milli

MAX_REJECTED_SHARE = 0.1
"""More stations than this that cannot be read are no dirt but another format."""

_MUNICIPALITIES: TypeAdapter[list[FeedMunicipality]] = TypeAdapter(list[FeedMunicipality])


class RefusedAnswer(RetryLater):
    """The answer is an outage, or cut, or alien. What is stored stays; the next answer may be better."""

    title = "The feed's answer was refused"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after_s=60)


def read_answer(body: bytes, moment: datetime | None = None) -> Snapshot:
    """The snapshot in an answer; `moment`, UTC, where it is known better than by `Fecha`. Raises RefusedAnswer."""
    answer = _answer(body)
    try:
        taken_at = moment or feed_moment(answer.moment)
    except ValueError as error:
        raise RefusedAnswer(str(error)) from None
    reader = _Reader()
    for record in answer.stations:
        reader.read(record)
    if len(reader.stations) < (1 - MAX_REJECTED_SHARE) * len(answer.stations):
        first = reader.rejected[0]
        raise RefusedAnswer(f"{len(reader.rejected)} stations cannot be read; {first.station}: {first.reason}")
    return reader.snapshot(taken_at)


def read_places(body: bytes) -> Places:
    """The places of `Listados/Municipios`. Raises RefusedAnswer."""
    places = Places()
    try:
        for item in _MUNICIPALITIES.validate_json(body):
            places.provinces[item.province_id] = Province(item.province_id, item.ccaa_id, item.province)
            places.municipalities[item.id] = Municipality(item.id, item.province_id, item.municipality)
    except ValidationError as error:
        raise RefusedAnswer(f"this is no list of municipalities: {_why(error)}") from None
    if not places.municipalities:
        raise RefusedAnswer("the list of municipalities is empty")
    return places


def _answer(body: bytes) -> FeedAnswer:
    try:
        return FeedAnswer.model_validate(from_json(body))
    except ValidationError as error:
        raise RefusedAnswer(f"an outage or another format: {_why(error)}") from None
    except ValueError as error:
        raise RefusedAnswer(f"cut short or no JSON: {error}") from None


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the answer'}: {first['msg']}"


class _PriceTexts(dict[str, int]):
    """Prices by their text: a snapshot repeats a thousand texts forty thousand times."""

    def __missing__(self, text: str) -> int:
        self[text] = price = price_milli(text)
        return price


class _Reader:
    """Collects what the records say."""

    def __init__(self) -> None:
        self.stations: list[Station] = []
        self.rejected: list[Rejected] = []
        self._prices: list[Price] = []
        self._places = Places()
        self._products: dict[str, Product | None] = {}
        self._texts = _PriceTexts()
        self._seen: set[int] = set()

    def read(self, record: dict[str, Any]) -> None:
        """Takes a record, or notes why not."""
        try:
            station = FeedStation.model_validate(record)
        except ValidationError as error:
            self._reject(record, _why(error))
            return
        if station.id in self._seen:
            self._reject(record, "IDEESS: this station came before in the same answer")
            return
        self._seen.add(station.id)
        self._places.provinces[station.province_id] = Province(station.province_id, station.ccaa_id, station.province)
        self._places.municipalities[station.municipality_id] = Municipality(
            station.municipality_id, station.province_id, station.municipality
        )
        self.stations.append(_station(station))
        self._prices.extend(self._unpivoted(station.id, record))

    def snapshot(self, moment: datetime) -> Snapshot:
        """Everything that was taken."""
        products = [product for product in self._products.values() if product is not None]
        return Snapshot(moment, self.stations, self._prices, products, self._places, self.rejected)

    def _unpivoted(self, station_id: int, record: dict[str, Any]) -> Iterator[Price]:
        """Each `Precio *` that is not empty, as a row."""
        for field, text in record.items():
            product = self._product(field) if text else None
            if product is None:
                continue
            try:
                yield Price(station_id, product.id, self._texts[text])
            except (ValueError, TypeError, AttributeError):
                self._reject(record, f"{field}: {text!r} is no price")
                yield Price(station_id, product.id, UNREADABLE)

    def _product(self, field: str) -> Product | None:
        if field not in self._products:
            self._products[field] = self._new_product(field)
        return self._products[field]

    def _new_product(self, field: str) -> Product | None:
        if not field.startswith(PRICE_PREFIX):
            return None
        product = product_of_field(field)
        if product not in self._products.values():
            return product
        self.rejected.append(Rejected("(all)", f"{field}: {product.name} has another field in the same answer"))
        return None

    def _reject(self, record: dict[str, Any], reason: str) -> None:
        self.rejected.append(Rejected(str(record.get("IDEESS", "?"))[:20], reason))


def _station(station: FeedStation) -> Station:
    latitude, longitude = degrees(station.latitude), degrees(station.longitude)
    return Station(
        station.id,
        station.municipality_id,
        station.brand,
        station.address,
        station.postcode,
        station.locality,
        station.hours,
        latitude,
        longitude,
        judge(latitude, longitude),
        station.margin,
        station.sale_type,
        station.remission,
    )
