"""The bot's token is part of every URL of the Bot API: it must not get into a log or an answer."""

import logging

_HIDDEN = "<token>"
_TALKATIVE = ("httpx", "httpcore", "telegram")


class TokenFilter(logging.Filter):
    """Takes the token out of whatever a handler is about to write, tracebacks included."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record is written, without the token."""
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._token)
        record.msg, record.args = redact(record.getMessage(), self._token), ()
        return True


def redact(text: str, token: str) -> str:
    """The text without the token."""
    return text.replace(token, _HIDDEN) if token else text


def keep_out_of_the_log(token: str) -> None:
    """Silences the libraries that log URLs at INFO or below, and filters what any other would write."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(TokenFilter(token))
