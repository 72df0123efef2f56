"""Log lines that say for which trace they were written."""

import logging
import sys

from ahorrater.adapters.tracing.spans import current_trace_id

FORMAT = "%(asctime)s %(levelname)s %(name)s%(trace)s: %(message)s"


def write_logs(level: str) -> None:
    """Sends all log lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(name_trace)
    logging.basicConfig(level=level, format=FORMAT, handlers=[handler])


def name_trace(record: logging.LogRecord) -> bool:
    """Adds ` trace_id=...` to what is written while an event is handled."""
    trace_id = current_trace_id()
    record.trace = f" trace_id={trace_id}" if trace_id else ""
    return True
