"""/fuel: what fuel costs in a place, at a station, or near somebody."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from ahorrater.contracts.errors import NotFound
from ahorrater.contracts.fuel import Names, Offer, PriceNow
from ahorrater.domain.buttons import Button
from ahorrater.domain.fuel.places import Position
from ahorrater.domain.speaking import Speaker
from ahorrater.services.bot.ports import Fuel
from ahorrater.services.bot.talk import Answer, Asked

PRODUCTS = {"gasoleoa": "diesel", "gasolina95e5": "petrol"}
"""fuel-query's words for what is asked most, and the phrases that name them."""
OFFERS, CHOICES = 5, 8
MUNICIPALITY, PROVINCE = "municipio", "provincia"
PLACES_KEPT = timedelta(hours=1)


@dataclass(slots=True)
class FuelTalk:
    """Places are found by their names, whatever their accents and capitals; names are kept for an hour."""

    fuel: Fuel
    clock: Callable[[], datetime]
    _places: Mapping[str, Names] = field(default_factory=dict)
    _read_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def ask(self, asked: Asked) -> Answer:
        """A place's cheapest stations, or a station's prices."""
        argument, speaker = asked.argument, asked.speaker
        if not argument:
            return Answer(speaker.say("fuel-usage"))
        if argument.isdecimal():
            return self._station(int(argument), speaker)
        kind, _, number = argument.partition("=")
        if kind in {MUNICIPALITY, PROVINCE} and number.isdecimal():
            return self._place(kind, int(number), speaker)
        return self._named(argument, speaker)

    def near(self, place: Position, speaker: Speaker) -> Answer:
        """The nearest stations."""
        offers = {word: self.fuel.nearest(word, OFFERS, place.latitude, place.longitude) for word in PRODUCTS}
        return Answer("\n".join([speaker.say("fuel-near"), *_offers(offers, speaker)]))

    def _station(self, number: int, speaker: Speaker) -> Answer:
        try:
            station = self.fuel.station(number)
        except NotFound:
            return Answer(speaker.say("fuel-no-station", number=number))
        where = {"brand": station.brand, "address": station.address, "municipality": station.municipality}
        lines = [speaker.say("fuel-station", **where, province=station.province)]
        lines += [_price(price, speaker) for price in station.prices]
        return Answer("\n".join([*lines, speaker.say("fuel-hours", hours=station.hours)]))

    def _named(self, name: str, speaker: Speaker) -> Answer:
        found = matches(name, self._known())
        if not found:
            return Answer(speaker.say("fuel-nowhere", place=name))
        if len(found) == 1:
            return self._place(*found[0], speaker)
        buttons = tuple((self._choice(kind, number, speaker),) for kind, number in found)
        return Answer(speaker.say("fuel-which"), buttons)

    def _choice(self, kind: str, number: int, speaker: Speaker) -> Button:
        name = self._known()[kind][str(number)]
        label = speaker.say("fuel-province", name=name) if kind == PROVINCE else name
        return Button(label, f"/fuel {kind}={number}")

    def _place(self, kind: str, number: int, speaker: Speaker) -> Answer:
        name = self._known()[kind].get(str(number))
        if name is None:
            return Answer(speaker.say("fuel-nowhere", place=number))
        offers = {word: self.fuel.cheapest(word, OFFERS, **{kind: number}) for word in PRODUCTS}
        return Answer("\n".join([speaker.say("fuel-place", place=name), *_offers(offers, speaker)]))

    def _known(self) -> Mapping[str, Names]:
        with self._lock:
            now = self.clock()
            if self._read_at is None or now >= self._read_at + PLACES_KEPT:
                self._places = {MUNICIPALITY: self.fuel.municipalities(), PROVINCE: self.fuel.provinces()}
                self._read_at = now
            return self._places


def matches(name: str, places: Mapping[str, Names]) -> list[tuple[str, int]]:
    """The places meant: those of that very name, else those that begin with it, else those that contain it."""
    wanted = folded(name)
    named = [(kind, int(number), folded(called)) for kind, names in places.items() for number, called in names.items()]
    for fits in (wanted.__eq__, lambda called: called.startswith(wanted), lambda called: wanted in called):
        found = [(kind, number) for kind, number, called in named if fits(called)]
        if found:
            return found[:CHOICES]
    return []


def folded(name: str) -> str:
    """A name without capitals and accents, its article in front: `Coruña (A)` is `a coruna`."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower().strip()
    if plain.endswith(")") and " (" in plain:
        rest, _, article = plain.removesuffix(")").rpartition(" (")
        plain = f"{article} {rest}"
    return " ".join(plain.split())


def _offers(offers: Mapping[str, Iterable[Offer]], speaker: Speaker) -> list[str]:
    lines = []
    for word, of_product in offers.items():
        lines.append(speaker.say("fuel-product", product=speaker.say(PRODUCTS[word])))
        lines += [_offer(offer, speaker) for offer in of_product] or [speaker.say("fuel-none")]
    return lines


def _offer(offer: Offer, speaker: Speaker) -> str:
    km = offer.distance_km
    return speaker.say(
        "fuel-offer",
        price=speaker.number(float(offer.price), 3),
        unit=offer.unit,
        brand=offer.brand,
        address=offer.address,
        municipality=offer.municipality,
        distance="" if km is None else speaker.say("fuel-distance", km=speaker.number(km)),
        station=offer.station,
    )


def _price(price: PriceNow, speaker: Speaker) -> str:
    return speaker.say(
        "fuel-price", product=price.product, price=speaker.number(float(price.price), 3), unit=price.unit
    )
