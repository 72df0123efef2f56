"""Which two fuels, over which period."""

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from ahorrater.contracts.fuel import ProductInfo
from dashboard import fuel_data
from dashboard.client import Away
from dashboard.connections import now
from dashboard.parts.banner import banner_until_back
from dashboard.reader import Reader

_PERIODS_DAYS = (7, 14, 30, 90, 365)
_FIRST_CHOICES = ("gasoleoa", "gasolina95e5")


@dataclass(frozen=True, slots=True)
class Compared:
    """Two products, which may be the same one, and the days to look at, both included."""

    product: ProductInfo
    other: ProductInfo
    first: date
    last: date

    @property
    def both(self) -> tuple[ProductInfo, ...]:
        """Each once."""
        return tuple({one.slug: one for one in (self.product, self.other)}.values())


def product_choice(reader: Reader) -> Compared | None:
    """None while fuel-query is away, or has no products."""
    texts = reader.texts.fuel
    reply = fuel_data.products()
    if isinstance(reply, Away):
        banner_until_back(fuel_data.products, reader)
        return None
    products = {product.slug: product for product in reply.value if product.stations}
    if not products:
        return None
    ordered = sorted(products, key=lambda slug: (*(slug != first for first in _FIRST_CHOICES), products[slug].name))

    def name(slug: str) -> str:
        return products[slug].name

    columns = st.columns([2, 2, 3], vertical_alignment="bottom")
    second = min(1, len(ordered) - 1)
    product = columns[0].selectbox(texts.product, ordered, format_func=name, key="fuel-product")
    other = columns[1].selectbox(texts.compare_with, ordered, second, format_func=name, key="fuel-other")
    days = columns[2].segmented_control(
        texts.period,
        _PERIODS_DAYS,
        default=_PERIODS_DAYS[1],
        required=True,
        format_func=lambda days: texts.days.format(count=days),
        key="fuel-days",
        wrap=True,
    )
    today = now().date()
    return Compared(products[product], products[other], today - timedelta(days=days - 1), today)
