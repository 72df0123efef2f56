"""W3C Trace Context: the `traceparent` that CloudEvents' Distributed Tracing extension carries from event to event."""

import re
import secrets
from dataclasses import dataclass
from typing import Self

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 0x01
_FORBIDDEN_VERSION = "ff"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """One span of one trace. `trace_id`: 32 hexadecimal digits, `span_id`: 16; `str()` is the traceparent."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @classmethod
    def begin(cls) -> Self:
        """The first span of a new trace."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    @classmethod
    def parse(cls, traceparent: str | None) -> Self | None:
        """None for what is no traceparent (W3C Trace Context, 3.2): whoever hears that begins a new trace.

        Of a version that is not known yet only what version 00 has is read.
        """
        match = _TRACEPARENT.fullmatch(traceparent or "")
        if match is None:
            return None
        version, trace_id, span_id, flags, more = match.groups()
        if version == _FORBIDDEN_VERSION or (version == "00" and more):
            return None
        if not (int(trace_id, 16) and int(span_id, 16)):
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    def child(self) -> "TraceContext":
        """A new span of the same trace."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.sampled)

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def continued(parent: TraceContext | None) -> TraceContext:
    """A span below `parent`; the first of a new trace where there is none."""
    return TraceContext.begin() if parent is None else parent.child()
