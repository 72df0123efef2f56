"""`up`: starts everything in order, keeps it running, stops it."""

import asyncio
import json
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.local.addresses import Addresses, url
from infra.local.lock import Lock, only_one
from infra.local.manifests.wiring import read_wiring
from infra.local.plan import Plan
from infra.local.processes.child import ProcessSpec, spawn, terminate
from infra.local.processes.supervisor import GRACE_S, StartError, Supervisor
from infra.local.progress import Progress
from infra.local.settings import RunnerSettings

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ADDRESSES_FILE = "addresses.json"


def up(settings: RunnerSettings) -> None:
    """Runs the system until a signal. Raises AlreadyRunningError, ManifestError or StartError."""
    with only_one(settings.home / "lock") as lock:
        asyncio.run(_run(settings, lock, Progress(Console())))


async def _run(settings: RunnerSettings, lock: Lock, progress: Progress) -> None:
    stopped = _stop_event()
    wiring = read_wiring(settings.wiring)
    plan = Plan(settings, wiring, Addresses.choose(settings, wiring))
    supervisor = Supervisor(settings.home / "logs", progress.say)
    try:
        if await _unless(stopped, _start(plan, supervisor, progress)):
            lock.announce(plan.addresses.dashboard_url)
            _tell(plan, progress)
            await stopped.wait()
    finally:
        progress.say("Stopping ...")
        await supervisor.stop()
        (settings.home / ADDRESSES_FILE).unlink(missing_ok=True)


def _stop_event() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` got to its end; it is given up as soon as `stopped` is set."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stopped.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return False


async def _start(plan: Plan, supervisor: Supervisor, progress: Progress) -> None:
    with progress.step("MQTT broker and Kubernetes API"):
        await supervisor.start(plan.foundations())
    with progress.step("database"):
        await _complete(plan.migration(), plan.settings.home / "logs")
        await _complete(plan.fuel_prices(), plan.settings.home / "logs")
    with progress.step("functions"):
        await supervisor.start(plan.functions())
    with progress.step("event broker"):
        await supervisor.start([plan.broker()])
    with progress.step("MQTT source"):
        await supervisor.start(plan.sources())
    with progress.step("parks and dashboard"):
        await supervisor.start(plan.edges())


async def _complete(spec: ProcessSpec, log_folder: Path) -> None:
    """Runs a process to its end. Raises StartError if it fails."""
    log_path = log_folder / f"{spec.name}.log"
    process = await spawn(spec, log_path)
    try:
        code = await process.wait()
    finally:
        await terminate(process, GRACE_S)
    if code != 0:
        raise StartError(f"{spec.name} failed; see {log_path}:\n{log_path.read_text(encoding='utf-8')[-2000:]}")


def _tell(plan: Plan, progress: Progress) -> None:
    addresses = plan.addresses
    rows = {
        "dashboard": addresses.dashboard_url,
        **{name: addresses.function_url(name) for name in addresses.functions},
        "broker": url(addresses.broker_port),
        "mosquitto": f"127.0.0.1:{addresses.mqtt_port}",
        "mqtt-source": f"{url(addresses.metrics_port)}/metrics",
        "kubernetes": f"kubectl --kubeconfig {_shown(plan.kubeconfig)} get nodes -L sunny",
        "logs": _shown(plan.settings.home / "logs"),
    }
    if addresses.kube_port:
        rows["kubernetes API"] = url(addresses.kube_port)
    _write(rows, plan.settings.home)
    progress.addresses(rows)
    progress.say("Running. Ctrl-C stops everything.")


def _write(rows: dict[str, str], home: Path) -> None:
    """The same for programs: `addresses.json`."""
    draft = home / f"{ADDRESSES_FILE}.new"
    draft.write_text(json.dumps({**rows, "pid": os.getpid()}, indent=1), encoding="utf-8")
    draft.replace(home / ADDRESSES_FILE)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
