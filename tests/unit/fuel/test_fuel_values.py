"""The feed's texts as values: exact, or refused with the reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.domain.fuel.places import Position, PositionQuality, distance_km, judge
from ahorrater.domain.fuel.products import PRODUCTS, product_of_field
from ahorrater.domain.fuel.values import day_of, degrees, euros, feed_moment, history_moment, price_milli


@pytest.mark.parametrize(
    ("text", "milli"),
    [("1,859", 1859), ("1.859", 1859), ("2", 2000), ("1,8", 1800), ("0,001", 1), ("999,999", 999_999), (" 1,5 ", 1500)],
)
def test_a_price_is_exact(text, milli):
    assert price_milli(text) == milli


@pytest.mark.parametrize("text", ["", "0", "0,000", "-1,2", "1,8591", "1e3", "NaN", "1000", "1,2,3", "x", "٣"])
def test_what_is_no_price_is_refused(text):
    with pytest.raises(ValueError, match="no price"):
        price_milli(text)


@given(st.integers(1, 999_999))
def test_a_price_survives_its_own_text(milli):
    assert price_milli(f"{euros(milli):.3f}".replace(".", ",")) == milli
    assert euros(milli) == Decimal(milli) / 1000
    assert Decimal(repr(float(euros(milli)))) == euros(milli)


@pytest.mark.parametrize(
    ("latitude", "longitude", "quality"),
    [
        ("40,4168", "-3,70", PositionQuality.GOOD),
        ("28,1235", "-15,4363", PositionQuality.GOOD),
        ("0,000000", "0,000000", PositionQuality.ZERO),
        ("-3,70", "40,4168", PositionQuality.SWAPPED),
        ("51,5", "-0,12", PositionQuality.OUTSIDE),
        ("", "-3,70", PositionQuality.MISSING),
        ("north", "-3,70", PositionQuality.MISSING),
    ],
)
def test_positions_are_judged(latitude, longitude, quality):
    assert judge(degrees(latitude), degrees(longitude)) is quality


def test_distance():
    madrid, barcelona = Position(40.4168, -3.7038), Position(41.3874, 2.1686)
    assert distance_km(madrid, barcelona) == pytest.approx(505, abs=1)
    assert distance_km(madrid, madrid) == 0


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30/03/2022 0:00:00", datetime(2022, 3, 29, 22, tzinfo=UTC)),
        ("10/11/2022 8:47:25", datetime(2022, 11, 10, 7, 47, 25, tzinfo=UTC)),
        ("10/11/2022 18:47:25", datetime(2022, 11, 10, 17, 47, 25, tzinfo=UTC)),
    ],
)
def test_fecha_is_madrids_time(text, moment):
    assert feed_moment(text) == moment


@pytest.mark.parametrize("text", ["2022-03-30 0:00:00", "31/02/2022 0:00:00", "30/03/2022", ""])
def test_what_is_no_fecha(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- the calendar's own words, or ours
        feed_moment(text)


@pytest.mark.parametrize("text", ["2022-03-30", "30-03-2022"])
def test_days_are_written_in_two_ways(text):
    assert day_of(text) == date(2022, 3, 30)


@pytest.mark.parametrize("text", ["2022-02-30", "30-3-2022", "30/03/2022", "2022-03-30T00:00", "", "٣٠-03-2022"])
def test_what_is_no_day(text):
    with pytest.raises(ValueError):  # noqa: PT011
        day_of(text)


def test_history_is_of_the_days_end_in_madrid():
    assert history_moment(date(2022, 3, 30)) == datetime(2022, 3, 30, 21, 59, tzinfo=UTC)


def test_products_have_words_and_unknown_ones_always_the_same_number():
    assert len({product.slug for product in PRODUCTS}) == len({product.id for product in PRODUCTS}) == len(PRODUCTS)
    assert product_of_field("Precio Gasoleo A").id == 4
    assert product_of_field("Precio Gasóleo  A").id == 4
    new = product_of_field("Precio Luz Líquida")
    assert not new.known
    assert new == product_of_field("Precio Luz Líquida")
    assert new.slug == "luzliquida"
