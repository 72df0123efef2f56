"""Knative's Trigger filters as manifests write them (`spec.filters`, and the older `spec.filter.attributes`)."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from infra.local.manifests.spec import Spec

AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*$")]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]
Attributes = Annotated[dict[AttributeName, NonEmpty], Field(min_length=1)]


def _no_cesql(expression: str) -> str:
    raise ValueError(
        f"CESQL ({expression!r}) is not played locally: write it with exact, prefix, suffix, all, any and not"
    )


class Filter(Spec):
    """One filter: exactly one dialect. The attributes of exact, prefix and suffix must all match."""

    exact: Attributes | None = None
    prefix: Attributes | None = None
    suffix: Attributes | None = None
    all: Annotated[tuple["Filter", ...], Field(min_length=1)] | None = None
    any: Annotated[tuple["Filter", ...], Field(min_length=1)] | None = None
    not_: Annotated["Filter | None", Field(alias="not")] = None
    cesql: Annotated[str, AfterValidator(_no_cesql)] | None = None

    @model_validator(mode="after")
    def _one_dialect(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("needs exactly one of exact, prefix, suffix, all, any, not")
        return self


class AttributesFilter(Spec):
    """The older form: every attribute matches exactly; an empty value asks only that the attribute is there."""

    attributes: dict[AttributeName, str] = Field(default_factory=dict)
