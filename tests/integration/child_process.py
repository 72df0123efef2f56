"""A function as a child process of a test: ended whatever happens, its log shown when the test fails."""

import signal
import subprocess
from types import TracebackType
from typing import Self


class ChildProcess:
    """What is the same for every function; a subclass knows how it is started and where it logs."""

    TERMINATION_DEADLINE_S = 20
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        raise NotImplementedError

    def log(self) -> str:
        """What it wrote so far."""
        raise NotImplementedError

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.TERMINATION_DEADLINE_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process and self.process.poll() is None:
            self.kill()
        if kind:
            print(self.log())
