"""Python imports this at its start, where the soak puts it on the path: the functions that store, decide and roll up
see a clock that runs SOAK_SPEED times as fast. They are otherwise as `make up` runs them. Kubernetes' time cannot be
hurried, so relabel, notify and everything that is no function keep the real one.
"""

import os
import sys
from datetime import UTC, datetime, timedelta

HURRIED = ("ingest_reading", "choose_node", "energy_query", "retention", "health", "dead_letter")


def _hurry(began_s: float, speed: float, begin: datetime) -> None:
    from ahorrater.adapters import clock

    clock.utc_now = lambda: begin + timedelta(seconds=(datetime.now(UTC).timestamp() - began_s) * speed)


if any(f"functions/{name}/main.py" in argument for argument in sys.orig_argv for name in HURRIED):
    _hurry(
        float(os.environ["SOAK_BEGAN_S"]),
        float(os.environ["SOAK_SPEED"]),
        datetime.fromisoformat(os.environ["SOAK_BEGIN"]),
    )
