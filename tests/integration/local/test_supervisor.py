"""Real processes: started, killed, started again, and gone with whoever started them."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.processes.child import ProcessSpec
from infra.local.processes.probes import tcp_open
from infra.local.processes.supervisor import StartError, Supervised, Supervisor

DEADLINE_S = 20.0
SLEEPER = (sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(600)")
DEAF = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)
PARENT = (
    sys.executable,
    "-c",
    "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)",
)
RUNNER = """
import asyncio, sys
from pathlib import Path
from infra.local.processes.child import ProcessSpec
from infra.local.processes.supervisor import Supervisor

async def main():
    supervisor = Supervisor(Path(sys.argv[1]), print)
    await supervisor.start([ProcessSpec("child", (sys.executable, "-c", "import time; time.sleep(600)"))])
    print(supervisor.processes()[0].pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_who_is_killed_is_started_again_and_its_log_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        said: list[str] = []
        supervisor = Supervisor(tmp_path, said.append)
        await supervisor.start([ProcessSpec("sleeper", SLEEPER)])
        process = supervisor.processes()[0]
        log = tmp_path / "sleeper.log"
        await until(lambda: log.read_text().count("awake") == 1)
        first = pid_of(process)
        os.kill(first, signal.SIGKILL)
        await until(lambda: log.read_text().count("awake") == 2)
        assert pid_of(process) != first
        assert said == ["sleeper was killed by SIGKILL; it starts again"]
        await supervisor.stop()

    asyncio.run(scenario())


def test_stopping_leaves_nothing_behind_not_even_the_deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.processes.supervisor.GRACE_S", 0.3)

    async def scenario() -> None:
        supervisor = Supervisor(tmp_path, print)
        await supervisor.start([ProcessSpec("sleeper", SLEEPER), ProcessSpec("deaf", DEAF)])
        await supervisor.start([ProcessSpec("parent", PARENT)])
        await until(lambda: (tmp_path / "deaf.log").read_text() != "")
        await until(lambda: (tmp_path / "parent.log").read_text() != "")
        pids = [pid_of(process) for process in supervisor.processes()]
        grandchild = int((tmp_path / "parent.log").read_text())
        await supervisor.stop()
        await until(lambda: not any(alive(pid) for pid in [*pids, grandchild]))

    asyncio.run(scenario())


def test_who_keeps_dying_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    async def scenario() -> None:
        supervisor = Supervisor(tmp_path, lambda _: None)
        broken = (sys.executable, "-c", "import sys; sys.exit('no database here')")
        never = tcp_open("127.0.0.1", 1)
        with pytest.raises(StartError, match="no database here"):
            await supervisor.start([ProcessSpec("well", SLEEPER), ProcessSpec("broken", broken, ready=never)])
        await supervisor.stop()

    asyncio.run(scenario())


def test_a_program_that_is_not_there_is_reported(tmp_path: Path) -> None:
    async def scenario() -> None:
        supervisor = Supervisor(tmp_path, print)
        with pytest.raises(StartError, match="cannot be started"):
            await supervisor.start([ProcessSpec("none", ("/nonexistent/program",))])
        await supervisor.stop()

    asyncio.run(scenario())


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "sleeper.log").write_text("before")
        supervisor = Supervisor(tmp_path, print)
        await supervisor.start([ProcessSpec("sleeper", SLEEPER)])
        await supervisor.stop()
        assert (tmp_path / "sleeper.log.1").read_text() == "before"

    asyncio.run(scenario())


def test_children_die_with_a_runner_that_is_killed(tmp_path: Path) -> None:
    async def scenario() -> None:
        runner = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUNNER, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert runner.stdout is not None
        child = int(await asyncio.wait_for(runner.stdout.readline(), DEADLINE_S))
        assert alive(child)
        runner.kill()
        await runner.wait()
        await until(lambda: not alive(child))

    asyncio.run(scenario())


def pid_of(process: Supervised) -> int:
    assert process.pid is not None
    return process.pid


def alive(pid: int) -> bool:
    """Whether it runs; a zombie that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 -- what is waited for is in another process
            await asyncio.sleep(0.02)
