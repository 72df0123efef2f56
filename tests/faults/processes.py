"""The system's processes by name, and what can be done to one."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tests.e2e.made_up import Run
from tests.e2e.process_tree import descendants

OTHERS: Mapping[str, str] = {
    "mosquitto": "mosquitto.conf",
    "kubernetes": "infra.local.kubesim",
    "broker": "infra.local.broker",
    "dashboard": "streamlit run",
}
"""What a process that is no function has in its command line."""
NO_PROCESSES = ("kubernetes API", "logs", "pid")
START_S = 60.0


class Processes:
    """Those that `make up` started; one that died has another process id when it comes back."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.names = tuple(name for name in run.addresses if name not in NO_PROCESSES)

    def missing(self) -> list[str]:
        """Those that do not run."""
        commands = descendants(self._run.process.pid).values()
        return [name for name in self.names if not any(_mark(name) in command for command in commands)]

    def kill(self, name: str) -> None:
        """SIGKILL, as soon as it runs."""
        self._signal(name, signal.SIGKILL)

    def terminate(self, name: str) -> None:
        """SIGTERM: it may save what it has; it is started again."""
        self._signal(name, signal.SIGTERM)

    def freeze(self, name: str, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        """SIGSTOP, and SIGCONT after a while; `meanwhile` is done in between and counts as part of it."""
        pid = self._signal(name, signal.SIGSTOP)
        until = time.monotonic() + seconds
        try:
            meanwhile()
            time.sleep(max(0.0, until - time.monotonic()))
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> int:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for pid, command in descendants(self._run.process.pid).items():
                if _mark(name) in command:
                    os.kill(pid, number)
                    return pid
            time.sleep(0.05)
        raise AssertionError(f"{name} does not run")


def _mark(name: str) -> str:
    return OTHERS.get(name, f"functions/{name.replace('-', '_')}/main.py")
