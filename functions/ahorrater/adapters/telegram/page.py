"""A page for where there is no Telegram: what was sent, and a line to ask the bot. Texts are shown as text."""

from pathlib import Path

from starlette.responses import HTMLResponse

_FILE = Path(__file__).with_name("page.html")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}


def page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_FILE.read_text(encoding="utf-8"), headers=_HEADERS)
