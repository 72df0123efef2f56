"""Knative's filter dialects."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from infra.local.broker.filters import trigger_filter
from infra.local.manifests.objects import TriggerSpec

EVENT = {"type": "es.ahorrater.node.chosen.v1", "source": "/choose", "id": "7", "tick": "yes", "empty": ""}
SUBSCRIBER = {"uri": "http://127.0.0.1/"}


def passes(event: Mapping[str, str], **spec: Any) -> bool:
    return trigger_filter(TriggerSpec.model_validate({"broker": "default", "subscriber": SUBSCRIBER, **spec}))(event)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, True),
        ({"type": "es.ahorrater.node.chosen.v1"}, True),
        ({"type": "ES.AHORRATER.NODE.CHOSEN.V1"}, False),
        ({"type": "es.ahorrater.node.chosen.v1", "source": "/other"}, False),
        ({"tick": ""}, True),
        ({"empty": ""}, False),
        ({"absent": ""}, False),
        ({"absent": "x"}, False),
    ],
)
def test_attributes(attributes: dict[str, str], expected: bool) -> None:
    assert passes(EVENT, filter={"attributes": attributes}) is expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], True),
        ([{"exact": {"type": "es.ahorrater.node.chosen.v1"}}], True),
        ([{"exact": {"type": "es.ahorrater.node.chosen.v1", "id": "8"}}], False),
        ([{"prefix": {"type": "es.ahorrater.node."}}], True),
        ([{"prefix": {"absent": "es"}}], False),
        ([{"suffix": {"type": ".v1"}}, {"suffix": {"id": "8"}}], False),
        ([{"suffix": {"type": ".v1"}}, {"suffix": {"id": "7"}}], True),
        ([{"any": [{"exact": {"id": "8"}}, {"exact": {"tick": "yes"}}]}], True),
        ([{"any": [{"exact": {"id": "8"}}, {"exact": {"tick": "no"}}]}], False),
        ([{"all": [{"exact": {"id": "7"}}, {"exact": {"tick": "no"}}]}], False),
        ([{"not": {"exact": {"id": "8"}}}], True),
        ([{"not": {"exact": {"absent": "8"}}}], True),
        ([{"not": {"any": [{"exact": {"id": "8"}}, {"prefix": {"id": "7"}}]}}], False),
    ],
)
def test_filters(filters: list[dict[str, Any]], expected: bool) -> None:
    assert passes(EVENT, filters=filters) is expected


def test_filters_given_filter_counts_for_nothing() -> None:
    assert passes(EVENT, filter={"attributes": {"id": "8"}}, filters=[{"exact": {"id": "7"}}])


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"cesql": "type = 'x'"}, "CESQL"),
        ({"exact": {"type": "x"}, "prefix": {"type": "y"}}, "exactly one"),
        ({}, "exactly one"),
        ({"exact": {"type": ""}}, "at least 1 character"),
        ({"exact": {"Not-A-Name": "x"}}, "pattern"),
        ({"any": []}, "at least 1 item"),
        ({"regex": {"type": "x"}}, "not permitted"),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_reason(bad: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        passes(EVENT, filters=[bad])
