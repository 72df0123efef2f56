"""W3C Trace Context, by the cases of the W3C's own test suite (w3c/trace-context, test/test.py)."""

import pytest

from ahorrater.contracts.trace_context import TraceContext, continued

TRACE, SPAN = "12345678901234567890123456789012", "1234567890123456"
GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("traceparent", "sampled"),
    [
        (GOOD, True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-03", True),
        (f"00-{TRACE}-{SPAN}-02", False),
        (f"cc-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_what_is_a_traceparent(traceparent, sampled):
    assert TraceContext.parse(traceparent) == TraceContext(TRACE, SPAN, sampled)


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        "foo",
        f"00-{TRACE}-{SPAN}-01.",
        f"00-{TRACE}-{SPAN}-01-what-the-future-will-be-like",
        f"cc-{TRACE}-{SPAN}-01.what-the-future-will-not-be-like",
        f"ff-{TRACE}-{SPAN}-01",
        f".0-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"000-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}1-{SPAN}-01",
        f"00-.{TRACE[1:]}-{SPAN}-01",
        f"00-{'ABCDEF' + TRACE[6:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN[:-1]}-01",
        f"00-{TRACE}-{SPAN}1-01",
        f"00-{TRACE}-{SPAN}-.0",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-001",
        f"00-{TRACE}-{SPAN}",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{GOOD}, {GOOD}",
    ],
)
def test_what_is_none(traceparent):
    assert TraceContext.parse(traceparent) is None


def test_a_child_is_another_span_of_the_same_trace():
    parent = TraceContext(TRACE, SPAN, sampled=False)
    child = continued(parent)
    assert (child.trace_id, child.sampled) == (TRACE, False)
    assert child.span_id != SPAN
    assert TraceContext.parse(str(child)) == child


def test_without_a_parent_a_trace_begins():
    first, second = continued(None), continued(None)
    assert first.trace_id != second.trace_id
    assert TraceContext.parse(str(first)) == first
