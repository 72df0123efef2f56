"""Two fuels over a period: at one station, or on average where no station is chosen."""

import csv
import io

import streamlit as st

from ahorrater.contracts.exports import DataExport
from ahorrater.contracts.fuel import ProductInfo
from dashboard import fuel_data
from dashboard.charts.common import DATASET
from dashboard.charts.prices import Days, arrow_rows, specification
from dashboard.client import Answer, Away
from dashboard.connections import now
from dashboard.exports import prices_export
from dashboard.formats import escape
from dashboard.parts.banner import banner
from dashboard.parts.export import export_part
from dashboard.parts.place_choice import Chosen
from dashboard.parts.product_choice import Compared
from dashboard.reader import Reader


def price_chart_part(reader: Reader, chosen: Chosen, compared: Compared) -> None:
    """The chart, its download and its export."""
    _chart(reader, chosen, compared)
    title = _title(reader, chosen, compared)[:120]

    def export() -> DataExport | None:
        prices = _prices(chosen, compared)
        return None if isinstance(prices, Away) else prices_export(title, compared.product.unit, prices.value)

    export_part(reader, "export-prices", export)


@st.fragment(run_every=fuel_data.REFRESH_S)
def _chart(reader: Reader, chosen: Chosen, compared: Compared) -> None:
    texts = reader.texts.fuel
    st.caption(escape(_title(reader, chosen, compared)))
    prices = _prices(chosen, compared)
    if isinstance(prices, Away):
        banner(prices, reader)
        return
    if not any(prices.value.values()):
        st.info(texts.no_prices, icon=":material/query_stats:")
        return
    names = tuple(prices.value)
    spec = specification(names, compared.product.unit, texts.day, texts.price)
    st.vega_lite_chart(
        spec={**spec, "datasets": {DATASET: arrow_rows(prices.value)}},
        alt=texts.prices_description.format(product=compared.product.name, other=compared.other.name),
        key="fuel-prices",
    )
    st.download_button(
        texts.download_prices,
        lambda: csv_of(prices.value),
        "prices.csv",
        "text/csv",
        key="fuel-prices-csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _title(reader: Reader, chosen: Chosen, compared: Compared) -> str:
    texts = reader.texts.fuel
    names = {"product": compared.product.name, "other": compared.other.name}
    if chosen.station is not None:
        return texts.prices_of_station.format(station=chosen.station.brand, **names)
    return texts.prices_of_place.format(place=chosen.name, **names)


def _prices(chosen: Chosen, compared: Compared) -> Answer[dict[str, Days]] | Away:
    found: dict[str, Days] = {}
    for product in compared.both:
        days = _days(chosen, compared, product)
        if isinstance(days, Away):
            return days
        found[product.name] = days.value
    return Answer(found, now())


def _days(chosen: Chosen, compared: Compared, product: ProductInfo) -> Answer[Days] | Away:
    if chosen.station is None:
        means = fuel_data.statistics(product.slug, chosen.place, compared.first, compared.last)
        if isinstance(means, Away):
            return means
        return Answer([(day.day, day.mean) for day in means.value.days], means.at)
    history = fuel_data.history(product.slug, chosen.station.id, compared.first, compared.last)
    if isinstance(history, Away):
        return history
    return Answer([(day.day, day.price) for day in history.value.days], history.at)


def csv_of(prices: dict[str, Days]) -> str:
    """A line for each day and product, with a header."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("day", "product", "price"))
    writer.writerows((day, product, price) for product, days in prices.items() for day, price in days)
    return text.getvalue()
