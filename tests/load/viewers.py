"""Many viewers of the dashboard: real websocket sessions that speak Streamlit's protocol, against stand-in functions.

`python -m tests.load.viewers --viewers 60 --seconds 120` reports how long redraws take, the memory of the dashboard,
and how many requests the functions saw, beside a single viewer; then k6 asks for the page and its health, as often as
`--requests` says, with 100 users.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.unit.dashboard.function_server import Functions, running_functions

REPOSITORY = Path(__file__).parents[2]
PORT = 28599
USERS = 100


@dataclass
class Seen:
    """What all viewers saw."""

    first_draws_s: list[float] = field(default_factory=list)
    redraws_s: list[float] = field(default_factory=list)
    bytes_received: int = 0
    exceptions: int = 0
    closed: int = 0


@dataclass
class Viewer:
    """One browser tab: it asks for a page, and for each part of it again when the part's interval has passed."""

    seen: Seen
    page: str
    _asked_at: float = 0.0
    _parts: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def look(self, until: float) -> None:
        """Looks until the monotonic time `until`."""
        uri = f"ws://127.0.0.1:{PORT}/_stcore/stream"
        async with websockets.connect(uri, subprotocols=["streamlit"], max_size=None) as socket:
            await self._ask(socket, None)
            try:
                await self._listen(socket, until)
            except websockets.ConnectionClosed:
                self.seen.closed += 1
            finally:
                for task in self._parts.values():
                    task.cancel()

    async def _ask(self, socket: websockets.ClientConnection, part: str | None) -> None:
        message = BackMsg()
        message.rerun_script.query_string = "lang=en"
        message.rerun_script.page_name = self.page
        message.rerun_script.context_info.timezone = "Europe/Madrid"
        message.rerun_script.context_info.locale = "en-GB"
        if part is not None:
            message.rerun_script.fragment_id = part
            message.rerun_script.is_auto_rerun = True
        self._asked_at = self._asked_at or time.monotonic()
        await socket.send(message.SerializeToString())

    async def _listen(self, socket: websockets.ClientConnection, until: float) -> None:
        first = True
        while (left_s := until - time.monotonic()) > 0:
            try:
                frame = await asyncio.wait_for(socket.recv(), left_s)
            except TimeoutError:
                return
            self.seen.bytes_received += len(frame)
            message = ForwardMsg.FromString(frame)
            kind = message.WhichOneof("type")
            if kind == "auto_rerun":
                self._repeat(socket, message.auto_rerun.fragment_id, message.auto_rerun.interval)
            elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                self.seen.exceptions += 1
            elif kind == "script_finished" and self._asked_at:
                took_s = time.monotonic() - self._asked_at
                self._asked_at = 0.0
                (self.seen.first_draws_s if first else self.seen.redraws_s).append(took_s)
                first = False

    def _repeat(self, socket: websockets.ClientConnection, part: str, interval_s: float) -> None:
        """As the browser does: a timer for each part."""

        async def again() -> None:
            while True:
                await asyncio.sleep(interval_s)
                await self._ask(socket, part)

        if part not in self._parts:
            self._parts[part] = asyncio.create_task(again())


@contextmanager
def dashboard(functions: Functions) -> Iterator[int]:
    """A dashboard of its own; its process."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app/app.py", "--server.port", str(PORT)]
    process = subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, **functions.environment})
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{PORT}/_stcore/health").is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def resident_mib(pid: int) -> float:
    """The memory of a process, MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def cpu_s(pid: int) -> float:
    """The processor time that a process has used, s."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def watch(viewers: int, seconds: float, pages: Sequence[str]) -> Seen:
    """So many viewers, on these pages in turn, arriving within a few seconds."""
    seen, until = Seen(), time.monotonic() + seconds

    async def arrive(place: int, page: str) -> None:
        await asyncio.sleep(place * 5 / viewers)
        await Viewer(seen, page).look(until)

    await asyncio.gather(*(arrive(place, page) for place, page in enumerate(islice(cycle(pages), viewers))))
    return seen


def requests_seen(functions: Functions) -> Counter[str]:
    """By path, so far."""
    return sum((server.requests for server in functions.all.values()), Counter())


def report(label: str, seen: Seen, asked: Counter[str], seconds: float, pid: int) -> None:
    redraws_ms = [1000 * took_s for took_s in seen.redraws_s]
    cuts = quantiles(redraws_ms, n=20) if len(redraws_ms) > 1 else [0.0] * 19
    line = {
        "viewers": label,
        "first_draw_max_s": round(max(seen.first_draws_s, default=0.0), 2),
        "redraws": len(redraws_ms),
        "redraw_p50_ms": round(cuts[9]),
        "redraw_p95_ms": round(cuts[18]),
        "exceptions": seen.exceptions,
        "closed": seen.closed,
        "memory_mib": round(resident_mib(pid)),
        "mb_sent": round(seen.bytes_received / 1e6, 1),
        "requests_a_second": round(asked.total() / seconds, 2),
        "most_asked": asked.most_common(3),
    }
    print(json.dumps(line), flush=True)


def hammer(path: str, requests: int) -> None:
    """k6 asks for one path, with 100 users."""
    k6 = Path(sys.executable).with_name("k6")
    settings = {"URL": f"http://127.0.0.1:{PORT}{path}", "REQUESTS": str(requests), "USERS": str(USERS)}
    arguments = [text for name, value in settings.items() for text in ("-e", f"{name}={value}")]
    script = Path(__file__).with_name("fuel.js")
    done = subprocess.run([k6, "run", "--quiet", *arguments, script], capture_output=True, text=True, check=True)
    print(json.dumps({"path": path, **json.loads(done.stdout)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pages", default="", help="comma separated; the Sun page if left out")
    parser.add_argument("--requests", type=int, nargs="*", default=[2_600, 25_000])
    arguments = parser.parse_args()
    with running_functions() as functions, dashboard(functions) as pid:
        for viewers, seconds in ((1, min(30.0, arguments.seconds)), (arguments.viewers, arguments.seconds)):
            before, used_s = requests_seen(functions), cpu_s(pid)
            seen = asyncio.run(watch(viewers, seconds, arguments.pages.split(",")))
            report(str(viewers), seen, requests_seen(functions) - before, seconds, pid)
            print(json.dumps({"dashboard_cpu_share": round((cpu_s(pid) - used_s) / seconds, 3)}), flush=True)
        for requests in arguments.requests:
            hammer("/", requests)
            hammer("/_stcore/health", requests)
        report("afterwards", Seen(), Counter(), 1, pid)


if __name__ == "__main__":
    main()
