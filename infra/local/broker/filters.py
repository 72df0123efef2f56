"""Which events a Trigger lets pass (knative/eventing 1.22, pkg/eventfilter)."""

from collections.abc import Callable, Mapping
from functools import partial

from infra.local.manifests.filters import Filter
from infra.local.manifests.objects import TriggerSpec

Attributes = Mapping[str, str]
Passes = Callable[[Attributes], bool]
Match = Callable[[str, str], bool]


def trigger_filter(spec: TriggerSpec) -> Passes:
    """The Trigger's filter: `filters` (all of them) if given, else `filter.attributes`, else everything passes."""
    if spec.filters:
        return _every(tuple(_dialect(found) for found in spec.filters))
    return partial(_has, spec.filter.attributes if spec.filter else {})


def _dialect(spec: Filter) -> Passes:
    if spec.all is not None:
        return _every(tuple(_dialect(found) for found in spec.all))
    if spec.any is not None:
        return _some(tuple(_dialect(found) for found in spec.any))
    if spec.not_ is not None:
        return _negated(_dialect(spec.not_))
    return _matching(spec)


def _matching(spec: Filter) -> Passes:
    if spec.exact is not None:
        return partial(_compare, spec.exact, str.__eq__)
    if spec.prefix is not None:
        return partial(_compare, spec.prefix, str.startswith)
    return partial(_compare, spec.suffix or {}, str.endswith)


def _compare(wanted: Attributes, match: Match, attributes: Attributes) -> bool:
    return all(name in attributes and match(attributes[name], value) for name, value in wanted.items())


def _has(wanted: Attributes, attributes: Attributes) -> bool:
    return all(attributes.get(name) and value in ("", attributes[name]) for name, value in wanted.items())


def _every(filters: tuple[Passes, ...]) -> Passes:
    return lambda attributes: all(passes(attributes) for passes in filters)


def _some(filters: tuple[Passes, ...]) -> Passes:
    return lambda attributes: any(passes(attributes) for passes in filters)


def _negated(passes: Passes) -> Passes:
    return lambda attributes: not passes(attributes)
