"""The ground rules every contract shares."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC; the border takes any offset, the inside knows one."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the years 1 to 9999 in UTC") from None


UtcDatetime = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""An instant. ISO 8601 with an offset on the wire, UTC inside."""

NodeName = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
    ),
]
"""A Kubernetes node's name: a DNS subdomain (RFC 1123)."""

BootNumber = Annotated[int, Field(ge=0, le=2**31 - 1)]
SequenceNumber = Annotated[int, Field(ge=0, le=2**53 - 1)]
MAX_EPOCH = 2**53 - 1
"""What JSON numbers hold exactly, and every database."""
Epoch = Annotated[int, Field(ge=0, le=MAX_EPOCH)]


class Contract(BaseModel):
    """Frozen, strict about types (a string is not a number) and closed to unknown fields.

    Validators are built at first use: a function pays at its cold start only for the contracts it speaks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


@cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Pydantic's adapter of any type, made when first used: making one costs a cold start some milliseconds."""
    return TypeAdapter(kind)
