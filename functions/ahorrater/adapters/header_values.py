"""Text as an HTTP header's value."""

from urllib.parse import quote

_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


def header_value(text: str) -> str:
    """Percent-encoded as the HTTP binding of CloudEvents says (3.1.3.2): no text ends the header or breaks it."""
    return quote(text, safe=_PRINTABLE, errors="replace")
