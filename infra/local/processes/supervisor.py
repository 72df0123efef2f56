"""Keeps processes running, and stops them in the reverse order of their start."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from infra.local.processes.child import ProcessSpec, kill_group, spawn, terminate

log = logging.getLogger(__name__)

STEADY_S = 10.0
"""Who ran this long before dying is started again at once."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0
GRACE_S = 6.0
READY_S = 60.0
PROBE_EVERY_S = 0.1
MAX_DEATHS_AT_START = 3
LOG_TAIL_LINES = 15
Say = Callable[[str], None]


class StartError(RuntimeError):
    """A process did not become ready; the message has its name, its log's place and the log's last lines."""


def restart_wait_s(quick_deaths: int) -> float:
    """Seconds before the next start, after this many deaths in a row soon after a start; the first one is forgiven."""
    if quick_deaths <= 1:
        return 0.0
    return float(min(FIRST_WAIT_S * 2 ** (quick_deaths - 2), LONGEST_WAIT_S))


class Supervised:
    """One process and its restarts."""

    def __init__(self, spec: ProcessSpec, log_folder: Path, say: Say) -> None:
        """`say` hears of deaths and restarts."""
        self.spec = spec
        self.log_path = log_folder / f"{spec.name}.log"
        self.deaths = 0
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Starts it and keeps it running."""
        self._task = asyncio.create_task(self._keep_running(), name=self.spec.name)

    async def stop(self) -> None:
        """Ends it and everything it has started; nothing is started again."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, StartError):
                await self._task
        if self._process is not None:
            await terminate(self._process, GRACE_S)

    async def until_ready(self, within_s: float = READY_S) -> None:
        """Returns once the probe says so. Raises StartError when it keeps dying, or after `within_s`."""
        deadline = time.monotonic() + within_s
        while not (self.pid is not None and await self.spec.ready()):
            if self._task is not None and self._task.done():
                await self._task
            if self.deaths >= MAX_DEATHS_AT_START or time.monotonic() > deadline:
                raise StartError(self._why_not())
            await asyncio.sleep(PROBE_EVERY_S)

    async def _keep_running(self) -> None:
        quick_deaths = 0
        while True:
            started = time.monotonic()
            try:
                self._process = await spawn(self.spec, self.log_path)
            except OSError as error:
                raise StartError(f"{self.spec.name} cannot be started: {error}") from None
            code = await self._process.wait()
            kill_group(self._process.pid)
            self.deaths += 1
            quick_deaths = 0 if time.monotonic() - started >= STEADY_S else quick_deaths + 1
            wait_s = restart_wait_s(quick_deaths)
            self._say(f"{self.spec.name} {_ended(code)}; it starts again" + (f" in {wait_s:g} s" if wait_s else ""))
            await asyncio.sleep(wait_s)

    def _why_not(self) -> str:
        tail = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"{self.spec.name} did not become ready; the end of {self.log_path}:", *tail])


class Supervisor:
    """All processes of the runner."""

    def __init__(self, log_folder: Path, say: Say) -> None:
        """Logs go to `log_folder`, a file each; the files of the run before are kept as NAME.log.1."""
        self._log_folder = log_folder
        self._say = say
        self._stages: list[list[Supervised]] = []

    def processes(self) -> tuple[Supervised, ...]:
        """All that were started, in order."""
        return tuple(process for stage in self._stages for process in stage)

    async def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Starts a stage: its processes together. Returns when all are ready. Raises StartError."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        stage = [Supervised(spec, self._log_folder, self._say) for spec in specs]
        self._stages.append(stage)
        for process in stage:
            _set_aside(process.log_path)
            process.start()
        try:
            async with asyncio.TaskGroup() as waiting:
                for process in stage:
                    waiting.create_task(process.until_ready())
        except* StartError as errors:
            first = errors.exceptions[0]
        else:
            return
        raise first

    async def stop(self) -> None:
        """Stops the stages, the last one first; the processes of a stage together."""
        while self._stages:
            stage = self._stages.pop()
            await asyncio.gather(*(process.stop() for process in stage))


def _set_aside(log_path: Path) -> None:
    if log_path.exists():
        log_path.replace(log_path.with_suffix(".log.1"))


def _ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
