"""Measured irradiance through the whole running system, once for each policy: moves an hour and share of the ceiling.

    python -m tests.load.trace_run --trace hope_melpitz_1s_2013-09-08.csv.gz --columns s01,s25 --speed 30

`make up` replays the trace; what was measured and what was decided are then read from its database. The ceiling is the
best park at every sample; a sample counts for the node that was chosen when it was measured.
"""

import argparse
import bisect
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.e2e.kill_run import NODES
from tests.e2e.made_up import make_up, until

Moves = list[tuple[str, str]]


def play(arguments: argparse.Namespace, policy: str, home: Path) -> None:
    """Runs the system until the last sample was published."""
    settings = {
        "TRACE": str(arguments.trace.resolve()),
        "TRACE_COLUMNS": arguments.columns,
        "PARKS": ",".join(NODES[: len(arguments.columns.split(","))]),
        "SPEED": str(arguments.speed),
        "POLICY": policy,
    }
    with make_up(home, **settings) as run:
        until(run.sunny_nodes)
        time.sleep(arguments.seconds / arguments.speed)


def outcome(home: Path, speed: float) -> str:
    """One line: samples, moves an hour of the trace's time, shares of the ceiling."""
    with closing(sqlite3.connect(home / "ahorrater.db")) as connection:
        moves: Moves = connection.execute("SELECT decided_at, chosen FROM decision WHERE moved ORDER BY id").fetchall()
        rows = connection.execute("SELECT seq, measured_at, node, power_w FROM reading WHERE boot = 1 ORDER BY seq")
        samples: dict[int, dict[str, tuple[str, float]]] = {}
        for seq, measured_at, node, power_w in rows:
            samples.setdefault(seq, {})[node] = (measured_at, power_w)
    return summary([sample for sample in samples.values() if len(sample) > 1], moves, speed)


def summary(samples: list[dict[str, tuple[str, float]]], moves: Moves, speed: float) -> str:
    """The figures of aligned samples."""
    times = [decided_at for decided_at, _ in moves]
    served = ceiling = 0.0
    alone = dict.fromkeys(samples[0], 0.0)
    for sample in samples:
        for node, (_, power_w) in sample.items():
            alone[node] += power_w
        ceiling += max(power_w for _, power_w in sample.values())
        measured_at = next(iter(sample.values()))[0]
        decided = bisect.bisect_left(times, measured_at)
        served += sample[moves[decided - 1][1]][1] if decided else 0.0
    hours = len(samples) / 3600
    return (
        f"{len(samples)} samples, {(len(moves) - 1) / hours:.1f} moves an hour, {served / ceiling:.1%} of the ceiling "
        f"(staying on the best park: {max(alone.values()) / ceiling:.1%}); {speed:g} times real time"
    )


def main() -> None:
    """Prints a line for each policy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--columns", required=True)
    parser.add_argument("--speed", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=3600, help="of the trace's time")
    parser.add_argument("--policies", default="thesis,hysteresis")
    arguments = parser.parse_args()
    for policy in arguments.policies.split(","):
        with tempfile.TemporaryDirectory(prefix="ahorrater-trace-") as folder:
            home = Path(folder) / "home"
            play(arguments, policy, home)
            print(f"{policy}: {outcome(home, arguments.speed)}", flush=True)


if __name__ == "__main__":
    main()
