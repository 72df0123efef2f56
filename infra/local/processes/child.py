"""One process of the operating system, in a session of its own, that does not outlive this program."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.processes.probes import Probe, running

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run. `orphan_signal` is what it gets when this program is killed: SIGKILL is the one that always ends it;
    a process that must save something first, and surely ends, takes SIGTERM.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Probe = running
    orphan_signal: signal.Signals = signal.SIGKILL


async def spawn(spec: ProcessSpec, log_path: Path) -> asyncio.subprocess.Process:
    """Starts it; what it writes is appended to `log_path`. Raises OSError where it cannot be started.

    Its own session keeps the terminal's Ctrl-C away from it: this program stops everything in order.
    """
    with log_path.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *spec.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(spec.environment),
            start_new_session=True,
            preexec_fn=_die_with_parent(spec.orphan_signal),
        )


async def terminate(process: asyncio.subprocess.Process, grace_s: float) -> None:
    """SIGTERM to the process; after `grace_s`, and for whatever it has started itself, SIGKILL."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
    kill_group(process.pid)
    await process.wait()


def kill_group(leader: int) -> None:
    """SIGKILL to whatever is left of the group that `leader` led."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return prepare
