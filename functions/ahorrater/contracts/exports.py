"""What people send by hand through notify, and what they are told of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from ahorrater.contracts.base import Contract, UtcDatetime

MAX_SERIES = 20
MAX_POINTS = 10_000
"""Points in all series together: more than a picture has columns."""

ChatId = Annotated[int, Field(ge=-(2**53), le=2**53)] | Annotated[str, StringConstraints(max_length=64)]
"""A Telegram chat: its number, or the @name of a public channel."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text."""


def _plausible(moment: datetime) -> datetime:
    if not datetime(1970, 1, 1, tzinfo=UTC) <= moment < datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("the time must be between 1970 and 2200")
    return moment


ChartTime = Annotated[UtcDatetime, AfterValidator(_plausible)]
ChartValue = Annotated[float, Field(ge=-1e12, le=1e12)] | None
"""A value to draw; null is a gap in the line."""
Point = tuple[ChartTime, ChartValue]


class TimeSeries(Contract):
    """A line over time: `[["2026-06-01T12:00:00Z", 3.2], ...]`, in any order."""

    name: Label
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=MAX_POINTS, fail_fast=True)]


TimeSeriesList = Annotated[tuple[TimeSeries, ...], Field(min_length=1, max_length=MAX_SERIES, fail_fast=True)]
Samples = Annotated[tuple[ChartValue, ...], Field(min_length=1, max_length=MAX_POINTS, fail_fast=True)]
NumberLists = Annotated[dict[Label, Samples], Field(min_length=1, max_length=MAX_SERIES)]


def _form(series: object) -> Literal["times", "numbers"]:
    return "numbers" if isinstance(series, Mapping) else "times"


class DataExport(Contract):
    """Data for a chart. `series`: lines over time or, simpler, `{"name": [numbers]}`, drawn by their position."""

    title: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    unit: Annotated[str, StringConstraints(max_length=20, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    series: Annotated[
        Annotated[TimeSeriesList, Tag("times")] | Annotated[NumberLists, Tag("numbers")], Discriminator(_form)
    ]
    chat_id: ChatId | None = None

    @model_validator(mode="after")
    def _bounded_and_not_empty(self) -> Self:
        values = self.values()
        if len(values) > MAX_POINTS:
            raise ValueError(f"{len(values)} points in all are more than {MAX_POINTS}")
        if all(value is None for value in values):
            raise ValueError("there is no number in it to draw")
        return self

    def values(self) -> list[float | None]:
        """The values of all series."""
        if isinstance(self.series, dict):
            return [value for samples in self.series.values() for value in samples]
        return [value for one in self.series for _, value in one.points]


class Where(StrEnum):
    """Where messages go: to people, or, without a token, to a local folder."""

    TELEGRAM = "telegram"
    OUTBOX = "outbox"


class TextMessage(Contract):
    """A text for one chat of the allow-list, or for all of them."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"\S")]
    chat_id: ChatId | None = None


class Undelivered(Contract):
    """A chat that the message did not reach."""

    chat_id: str
    why: str


class Delivered(Contract):
    """What became of a message. `references`: Telegram's message ids, or the names of the outbox's files."""

    sent: int
    where: Where
    references: tuple[str, ...]
    failed: tuple[Undelivered, ...] = ()
    note: str | None = None
