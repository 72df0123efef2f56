"""Hypothesis strategies for what a JSON Schema allows, as far as pydantic writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Strategy = st.SearchStrategy[Any]
FAR = 2**31
MOMENTS = st.integers(1_600_000_000, 1_900_000_000).map(lambda moment_s: datetime.fromtimestamp(moment_s, UTC))


def instances(schema: Schema, document: Schema) -> Strategy:
    """Values that the schema allows; references are looked up in the OpenAPI `document`."""
    if "$ref" in schema:
        return instances(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of([instances(choice, document) for choice in choices])
    return _typed(schema, document)


def _typed(schema: Schema, document: Schema) -> Strategy:
    strategy: Strategy = st.none()
    match schema.get("type"):
        case "string":
            strategy = _texts(schema)
        case "integer":
            strategy = st.integers(*_bounds(schema))
        case "number":
            strategy = st.floats(*_bounds(schema)).filter(lambda value: value != schema.get("exclusiveMinimum"))
        case "boolean":
            strategy = st.booleans()
        case "array":
            strategy = _lists(schema, document)
        case "object":
            strategy = _objects(schema, document)
    return strategy


def _texts(schema: Schema) -> Strategy:
    match schema.get("format"):
        case "date-time":
            return MOMENTS.map(lambda moment: moment.isoformat())
        case "date":
            return MOMENTS.map(lambda moment: moment.date().isoformat())
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).filter(lambda text: len(text) <= schema.get("maxLength", 253))
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 40), 40))


def _bounds(schema: Schema) -> tuple[Any, Any]:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", -FAR))
    return lowest, schema.get("maximum", schema.get("exclusiveMaximum", FAR))


def _lists(schema: Schema, document: Schema) -> Strategy:
    if "prefixItems" in schema:
        return st.tuples(*(instances(item, document) for item in schema["prefixItems"])).map(list)
    least = schema.get("minItems", 0)
    return st.lists(instances(schema["items"], document), min_size=least, max_size=max(least, 3))


def _objects(schema: Schema, document: Schema) -> Strategy:
    properties = {name: instances(one, document) for name, one in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: one for name, one in properties.items() if name in required},
        optional={name: one for name, one in properties.items() if name not in required},
    )
