"""The token gets into no log."""

import io
import logging

import pytest

from ahorrater.adapters.telegram.redaction import TokenFilter, keep_out_of_the_log, redact

TOKEN = "12345:AAHsecret"


class HoldsTokenError(Exception):
    pass


@pytest.fixture
def log():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    handler.addFilter(TokenFilter(TOKEN))
    logger = logging.getLogger("test-redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)


def fail(message):
    raise HoldsTokenError(message)


@pytest.mark.parametrize(
    "write",
    [
        lambda logger: logger.warning("POST https://api/bot%s/sendMessage", TOKEN),
        lambda logger: logger.warning(f"POST https://api/bot{TOKEN}/sendMessage"),
        lambda logger: logger.warning("%(url)s", {"url": TOKEN}),
        lambda logger: logger.warning("%s", HoldsTokenError(TOKEN)),
    ],
)
def test_it_is_hidden_in_messages(log, write):
    logger, written = log
    write(logger)
    assert TOKEN not in written.getvalue()
    assert "<token>" in written.getvalue()


def test_it_is_hidden_in_tracebacks(log):
    logger, written = log
    try:
        fail(f"at {TOKEN}")
    except HoldsTokenError:
        logger.exception("it failed")
    assert TOKEN not in written.getvalue()
    assert "HoldsTokenError: at <token>" in written.getvalue()


def test_other_lines_stay_as_they_are(log):
    logger, written = log
    logger.warning("%d of %s", 3, "5")
    assert written.getvalue() == "test-redaction 3 of 5\n"


def test_the_libraries_that_log_urls_are_silenced():
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "telegram")}
    try:
        keep_out_of_the_log(TOKEN)
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
        assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.INFO)
        assert any(isinstance(one, TokenFilter) for one in handler.filters)
    finally:
        logging.getLogger().removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for other in logging.getLogger().handlers:
            for one in [one for one in other.filters if isinstance(one, TokenFilter)]:
                other.removeFilter(one)


def test_no_token_hides_nothing():
    assert redact("text", "") == "text"
