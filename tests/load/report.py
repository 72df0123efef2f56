"""docs/load/README.md, from what was measured."""

import textwrap
from collections.abc import Iterable, Sequence
from statistics import median

from tests.load import charts
from tests.load.http_load.scenarios import Pair, highest_held
from tests.load.mqtt_load.saturation import HOLDS_P99_S, Step, knee
from tests.load.results import FOLDER, Circumstances, Matrix, PastKnee, Readings, Results, Shapes

GOAL = 1.25
"""What p95 may be of the bare reference's."""
HEAD = """# Load
Written by `make load`, which repeats all of it; `make load PARTS=matrix` (`paths`, `shapes`, `readings`, `overload`)
measures that part. It starts the system as `make up` does; `FUEL_QUERY_URL`, `ENERGY_QUERY_URL`, `CLUSTER_QUERY_URL`,
`DASHBOARD_URL` put HTTP load on one that runs elsewhere. The load, the system and whatever else the machine does share
its processors, so rates are lower bounds; what counts are errors, losses, and ratios of pairs that ran one directly
after the other. Measured apart: [five minutes of overload, and every path](five-minutes.md) on a crowded machine,
[cold starts](cold-starts.md), [a soak](soak.md).
"""


def write(results: Results) -> None:
    """The page and its charts."""
    parts = [HEAD]
    if results.matrix:
        charts.matrix(results.matrix.pairs, FOLDER / "matrix.png")
        parts += _matrix(results.matrix)
    if results.paths:
        parts += _paths(results.paths)
    if results.shapes:
        charts.ramp(results.shapes.ramps, FOLDER / "ramp.png")
        parts += _shapes(results.shapes)
    if results.readings:
        charts.latencies(results.readings.steps, FOLDER / "latencies.png")
        parts += _readings(results.readings)
    if results.overload:
        charts.overload(results.overload.found, FOLDER / "overload.png")
        parts += _overload(results.overload)
    parts += _machine(results)
    (FOLDER / "README.md").write_text("\n".join(parts), encoding="utf-8")


def _matrix(found: Matrix) -> Iterable[str]:
    total, failed = sum(pair.ours.requests for pair in found.pairs), sum(pair.ours.failed for pair in found.pairs)
    yield "## The thesis's test: so many GET requests of 100 users"
    yield _paragraph(
        f"{total:,} requests, {failed} failed. (The thesis saw 30 to 39 % errors on one service from 500 to 25,000 "
        "requests, and its GUI fall at 2,600.) `bare` is a starlette application that answers the same bytes under "
        f"uvicorn; the goal is a p95 of {GOAL} times bare's. The GUI is no function: its page is served by Streamlit "
        f"(sessions that draw: [the dashboard](../dashboard.md)). {_when(found.circumstances)}"
    )
    yield from _table(
        ("asked", "requests", "failed", "requests/s", "p50, ms", "p95, ms", "bare p95, ms", "p95 / bare"),
        (
            (
                pair.target,
                f"{pair.requests:,}",
                pair.ours.failed,
                f"{pair.ours.rate:,.0f}",
                f"{pair.ours.p50_ms:.0f}",
                f"{pair.ours.p95_ms:.0f}",
                f"{pair.bare.p95_ms:.0f}",
                f"{pair.ratio_p95:.2f}",
            )
            for pair in found.pairs
        ),
    )
    yield _paragraph(f"Medians of the ratios: {'; '.join(_verdicts(found))}.")
    yield "![p95 of each target by count of requests, beside bare](matrix.png)\n"


def _paths(found: Matrix) -> Iterable[str]:
    yield "### Every path"
    yield _paragraph(
        "Everything that a function can be asked for with GET, with an example for each parameter. fuel-query sends "
        "bytes that it keeps ready; energy-query and cluster-query give an answer again for half a second, and what it "
        "says of ages is right at its end; relabel does, too, until it is steered. p95 of "
        f"{found.pairs[0].requests:,} requests of 100 users and the ratio to bare's, each the median of as many pairs "
        f"as were measured ({len(found.pairs) // len(_names(found))}). Processor: user's and system's time that "
        f"the process takes for a request, which depends less on what else runs. {_when(found.circumstances)}"
    )
    rows = [_path_row(name, [pair for pair in found.pairs if pair.target == name]) for name in _names(found)]
    head = ("path", "failed", "p95, ms", "bare p95, ms", "p95 / bare", "", "processor, µs", "of bare's")
    yield from _table(head, rows)


def _path_row(name: str, pairs: Sequence[Pair]) -> Sequence[object]:
    ours, bare = (median(pair.ours.p95_ms for pair in pairs), median(pair.bare.p95_ms for pair in pairs))
    failed, ratio = sum(pair.ours.failed for pair in pairs), median(pair.ratio_p95 for pair in pairs)
    word = "" if ratio <= GOAL else "missed"
    return (f"`{name}`", failed, f"{ours:.0f}", f"{bare:.0f}", f"{ratio:.2f}", word, *_processor(pairs))


def _processor(pairs: Sequence[Pair]) -> Sequence[str]:
    took_us = [pair.ours_cpu_us for pair in pairs if pair.ours_cpu_us]
    ratios = [pair.ratio_cpu for pair in pairs if pair.ratio_cpu]
    return (f"{median(took_us):.0f}", f"{median(ratios):.2f}") if ratios else ("", "")


def _names(found: Matrix) -> list[str]:
    return list(dict.fromkeys(pair.target for pair in found.pairs))


def _verdicts(found: Matrix) -> Iterable[str]:
    for name in _names(found):
        ratio = median(pair.ratio_p95 for pair in found.pairs if pair.target == name)
        yield f"{name} {ratio:.2f} ({'met' if ratio <= GOAL else 'missed'})"


def _shapes(found: Shapes) -> Iterable[str]:
    yield "## Ramp, spike, soak"
    yield _paragraph(
        "Open loop. The rate doubles until requests fail, p95 exceeds a second, or no user is free to send what is due "
        "(400 at most; in the spike 300). The spike is twenty times the rate within a second, for five. "
        f"{_when(found.circumstances)}"
    )
    rows = []
    for name in dict.fromkeys(step.target for step in found.ramps):
        steps = [step for step in found.ramps if step.target == name]
        broke = next((step for step in steps if not step.found.held), None)
        what = (
            f"p95 {broke.found.p95_ms:,.0f} ms, {broke.found.failed} failed, {broke.found.not_sent:,} not sent"
            if broke
            else "-"
        )
        rows.append((name, f"{highest_held(steps):,}", f"{broke.offered:,}" if broke else "-", what))
    yield from _table(("asked", "held, requests/s", "broke at", "how"), rows)
    yield "![p95 over the offered rate](ramp.png)\n"
    yield from _table(
        ("spike", "requests/s", "requests", "failed", "not sent", "p95 before, in, after it, ms"),
        (
            (
                one.target,
                f"{one.rate} -> {20 * one.rate:,}",
                f"{one.found.requests:,}",
                one.found.failed,
                f"{one.found.not_sent:,}",
                f"{one.before_p95_ms:.0f}, {one.spike_p95_ms:.0f}, {one.after_p95_ms:.0f}",
            )
            for one in found.spikes
        ),
    )
    yield from _table(
        ("soak", "requests/s", "seconds", "requests", "failed", "p95, ms", "memory before, after, MiB"),
        (
            (
                one.target,
                one.rate,
                one.seconds,
                f"{one.found.requests:,}",
                one.found.failed,
                f"{one.found.p95_ms:.0f}",
                "-"
                if one.before_mib is None or one.after_mib is None
                else f"{one.before_mib:.0f}, {one.after_mib:.0f}",
            )
            for one in found.soaks
        ),
    )


def _readings(found: Readings) -> Iterable[str]:
    edge = knee(found.steps)
    yield "## Readings by MQTT, up to saturation"
    yield _paragraph(
        "Twenty devices, QoS 1, each reading due at a moment fixed in advance; latency is from that moment to the row "
        "that another connection sees (looked for every 10 ms), through mosquitto, mqtt-source, broker and "
        "ingest-reading into SQLite, with choose-node behind them. A rate holds where nothing is lost and 99 of "
        f"100 rows are visible within {HOLDS_P99_S:g} s. {_when(found.circumstances)}"
    )
    yield from _table(
        (
            "readings/s",
            "accepted",
            "stored",
            "lost",
            "came twice",
            "p50, ms",
            "p95, ms",
            "p99, ms",
            "longest, ms",
            "waited on, s",
            "sender late, ms",
            "",
        ),
        (_step_row(step) for step in found.steps),
    )
    yield f"**The knee: {edge:g} readings/s.**\n" if edge else "**Not even the lowest rate held.**\n"
    yield _paragraph(
        "Accepted: acknowledged by mosquitto. Came twice: sent again and recognised; each is stored once. Waited on: "
        "from the last due moment until nothing waited. Sender late: the load's own worst delay, in the latencies."
    )
    yield "![Latency over the rate, and its distribution](latencies.png)\n"


def _step_row(step: Step) -> Sequence[object]:
    times = [f"{1000 * value:,.0f}" for value in (step.p50_s, step.p95_s, step.p99_s, step.longest_s)]
    late, word = f"{1000 * step.late_s:,.0f}", "holds" if step.holds else "**breaks**"
    counts = (f"{step.rate:g}", f"{step.accepted:,}", f"{step.stored:,}", step.lost, step.duplicates)
    return (*counts, *times, f"{step.drain_s:.1f}", late, word)


def _overload(past: PastKnee) -> Iterable[str]:
    found = past.found
    step, after = found.step, found.afterwards
    most = max(moment.due - moment.stored for moment in found.moments)
    names = found.moments[0].memory_mib
    span = {name: [moment.memory_mib[name] for moment in found.moments] for name in names}
    yield "## More than can be stored"
    yield _paragraph(
        f"{step.rate:g} readings/s for {step.published / step.rate:.0f} s, {step.rate / found.stored_rate:.1f} times "
        f"the {found.stored_rate:,.0f} readings/s that were stored meanwhile: {step.accepted:,} accepted, "
        f"{step.stored:,} stored, {step.lost} lost, {step.duplicates} came twice (stored once). At most {most:,} "
        f"waited. {found.normal_after_s:.0f} s after the last was due, nothing waited; {after.rate:g}/s then had a p50 "
        f"of {1000 * after.p50_s:.0f} ms and a p99 of {1000 * after.p99_s:.0f} ms. {_when(past.circumstances)}"
    )
    yield _paragraph(
        "mqtt-source takes at most some 2,000 readings that are not yet stored; what is beyond waits in mosquitto, in "
        "memory and on disk, up to the bounds of `infra/mosquitto/shared` ([why there](../adr/0016-the-queue-is-"
        "mosquittos.md)). What mosquitto freed stays with its process."
    )
    yield from _table(
        ("memory, MiB", "at the beginning", "most", "at the end"),
        ((name, f"{span[name][0]:.0f}", f"{max(span[name]):.0f}", f"{span[name][-1]:.0f}") for name in names),
    )
    yield "![Due, stored and waiting readings; memory](overload.png)\n"


def _machine(results: Results) -> Iterable[str]:
    parts = [
        part for part in (results.matrix, results.paths, results.shapes, results.readings, results.overload) if part
    ]
    if parts:
        latest = max((part.circumstances for part in parts), key=lambda one: one.measured_at)
        yield "## The machine"
        yield from _table(("", ""), latest.machine.items())


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def _when(circumstances: Circumstances) -> str:
    least, most = circumstances.load_average
    return f"Measured {circumstances.measured_at:%d %B %Y %H:%M} UTC, load average {least:.1f} to {most:.1f}."


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
    yield ""
