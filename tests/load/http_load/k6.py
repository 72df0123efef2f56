"""Runs load.js under k6 and reads its summary."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("load.js")
THRESHOLDS_CROSSED = 99
"""k6's exit code."""


@dataclass(frozen=True)
class Summary:
    """What became of one run. `not_sent`: due requests for which no user was free; `held`: every threshold was met."""

    requests: int
    failed: int
    not_sent: int
    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float
    held: bool


def run(url: str, scenario: str, **settings: object) -> dict[str, Any]:
    """k6's summary of one scenario; crossed thresholds are in it. CalledProcessError if k6 could not run at all."""
    given = {"URL": url, "SCENARIO": scenario, **settings}
    options = [text for name, value in given.items() for text in ("-e", f"{name}={value}")]
    command = [str(Path(sys.executable).with_name("k6")), "run", "--quiet", *options, str(SCRIPT)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "K6_NO_USAGE_REPORT": "true"}
    )
    if done.returncode not in {0, THRESHOLDS_CROSSED}:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def summary(data: Mapping[str, Any]) -> Summary:
    """The whole run."""
    metrics = data["metrics"]
    checks = metrics["checks"]["values"]
    dropped = metrics.get("dropped_iterations", {"values": {"count": 0}})
    return Summary(
        requests=int(metrics["http_reqs"]["values"]["count"]),
        failed=int(checks["fails"]),
        not_sent=int(dropped["values"]["count"]),
        rate=metrics["http_reqs"]["values"]["rate"],
        **_times(metrics["http_req_duration"]["values"]),
        held=held(data),
    )


def p95_ms(data: Mapping[str, Any], scenario: str) -> float:
    """That of one scenario out of several; load.js must have a threshold on it."""
    p95: float = data["metrics"][f"http_req_duration{{scenario:{scenario}}}"]["values"]["p(95)"]
    return p95


def held(data: Mapping[str, Any]) -> bool:
    """Whether every threshold was met."""
    return all(
        threshold["ok"] for metric in data["metrics"].values() for threshold in metric.get("thresholds", {}).values()
    )


def _times(values: Mapping[str, float]) -> dict[str, float]:
    names = {"p50_ms": "med", "p95_ms": "p(95)", "p99_ms": "p(99)", "longest_ms": "max"}
    return {name: values[statistic] for name, statistic in names.items()}
