"""Log lines: each is one line, and says for which trace it was written."""

import logging
import sys

from ahorrater.adapters.tracing.spans import current_trace_id

FORMAT = "%(asctime)s %(levelname)s %(name)s%(trace)s: %(message)s"
_CONTROLS = {code: ascii(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}


class OneLine(logging.Formatter):
    """Shows control characters instead of obeying them: what strangers send cannot pass for a line of ours.

    The lines of a traceback are indented.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        """The line, its message on one line."""
        record.message = record.message.translate(_CONTROLS)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback if there is one."""
        return "\n  ".join(super().format(record).splitlines())


def write_logs(level: str) -> None:
    """Sends all log lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(name_trace)
    handler.setFormatter(OneLine(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])


def name_trace(record: logging.LogRecord) -> bool:
    """Adds ` trace_id=...` to what is written while an event is handled."""
    trace_id = current_trace_id()
    record.trace = f" trace_id={trace_id}" if trace_id else ""
    return True
