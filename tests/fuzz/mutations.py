"""Hypothesis strategies for what is almost right: a good document or text with something wrong in it."""

import json
from typing import Any

from hypothesis import strategies as st

Json = Any

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**53, 2**63, -(2**63) - 1, 10**400])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "",
            "\x00",
            "\ud800",
            "a\r\nb: c",
            "' OR 1=1 --",
            "../../etc/passwd",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "1e999999999",
            "NaN",
            "٣",
        ]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
)


@st.composite
def near(draw: st.DrawFn, good: Json) -> Json:
    """The document, with up to three of its places changed, removed or given a neighbour."""
    document = good
    for _ in range(draw(st.integers(0, 3))):
        document = draw(_changed(document))
    return document


@st.composite
def _changed(draw: st.DrawFn, document: Json) -> Json:
    if not isinstance(document, dict | list) or not document or draw(st.integers(0, 5)) == 0:
        return draw(VALUES)
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    place, what = draw(st.sampled_from(keys)), draw(st.sampled_from(["inside", "inside", "remove", "add"]))
    copy = dict(document) if isinstance(document, dict) else list(document)
    if what == "inside":
        copy[place] = draw(_changed(copy[place]))
    elif what == "remove":
        del copy[place]
    elif isinstance(copy, dict):
        copy[draw(st.text(max_size=10))] = draw(VALUES)
    else:
        copy.insert(place, draw(VALUES))
    return copy


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """The bytes, with up to four cuts, repetitions or insertions."""
    content = good
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        end = draw(st.integers(begin, min(len(content), begin + 20)))
        content = content[:begin] + draw(st.binary(max_size=8)) * draw(st.integers(0, 3)) + content[end:]
    return content


def json_bytes(good: Json) -> st.SearchStrategy[bytes]:
    """JSON near the document, that JSON damaged, and bytes that are nothing at all."""
    text = json.dumps(good).encode()
    return near(good).map(lambda document: json.dumps(document).encode()) | damaged(text) | st.binary(max_size=200)


def text_near(good: str) -> st.SearchStrategy[str]:
    """Text near the good one, and any other."""
    return damaged(good.encode()).map(lambda content: content.decode("utf-8", "replace")) | st.text(max_size=60)
