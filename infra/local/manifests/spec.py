"""The ground rule of every part of a manifest."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Spec(BaseModel):
    """Frozen, written in camelCase, and closed: a field that would be ignored here is an error, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class OpenSpec(Spec):
    """A part that says more than matters here (pods' resources, probes, security)."""

    model_config = ConfigDict(extra="ignore")
