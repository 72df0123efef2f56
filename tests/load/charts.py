"""The report's charts, as PNG."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.load.http_load.scenarios import Pair, RampStep
from tests.load.mqtt_load.saturation import HOLDS_P99_S, Overload, Step, knee

DOTS_PER_INCH = 130
MEMORIES = 5
"""Of the processes that took most; the table has all."""
OURS, BARE, THIRD, FOURTH = "#0072B2", "#999999", "#D55E00", "#009E73"
"""Okabe and Ito's colours, which the colour-blind tell apart."""


def matrix(pairs: Sequence[Pair], path: Path) -> None:
    """p95 by count of requests, a panel for each target."""
    names = list(dict.fromkeys(pair.target for pair in pairs))
    figure, panels = _figure(len(names), width=2.7)
    for panel, name in zip(panels, names, strict=True):
        its = [pair for pair in pairs if pair.target == name]
        places = range(len(its))
        panel.bar([at - 0.2 for at in places], [pair.ours.p95_ms for pair in its], 0.4, color=OURS, label="ours")
        panel.bar([at + 0.2 for at in places], [pair.bare.p95_ms for pair in its], 0.4, color=BARE, label="bare")
        panel.set_xticks(list(places), [f"{pair.requests:,}" for pair in its], fontsize=7)
        panel.set_title(name, fontsize=10)
    panels[0].set_ylabel("p95, ms")
    panels[0].legend(frameon=False, fontsize=8)
    figure.supxlabel("requests, of 100 users", fontsize=9)
    figure.savefig(path)


def ramp(steps: Sequence[RampStep], path: Path) -> None:
    """p95 over the offered rate; a cross where it broke."""
    figure, (panel,) = _figure(1, width=7)
    for name in dict.fromkeys(step.target for step in steps):
        its = [step for step in steps if step.target == name]
        (line,) = panel.loglog(
            [step.offered for step in its], [max(0.1, step.found.p95_ms) for step in its], marker="o", label=name
        )
        broke = [step for step in its if not step.found.held]
        panel.loglog(
            [step.offered for step in broke],
            [max(0.1, step.found.p95_ms) for step in broke],
            "x",
            markersize=12,
            color=line.get_color(),
        )
    _ticks(panel, sorted({step.offered for step in steps}))
    panel.set_xlabel("offered, requests/s (x: did not hold)")
    panel.set_ylabel("p95, ms")
    panel.legend(frameon=False, fontsize=8)
    figure.savefig(path)


def latencies(steps: Sequence[Step], path: Path) -> None:
    """End-to-end latency over the rate of readings, and the knee; beside it, the histograms."""
    figure, (curve, shares) = _figure(2, width=5)
    rates = [step.rate for step in steps]
    for label, values, colour in (
        ("p50", [step.p50_s for step in steps], FOURTH),
        ("p95", [step.p95_s for step in steps], OURS),
        ("p99", [step.p99_s for step in steps], THIRD),
    ):
        curve.loglog(rates, [1000 * value for value in values], marker="o", color=colour, label=label)
    curve.axhline(1000 * HOLDS_P99_S, color=BARE, linestyle=":")
    if found := knee(steps):
        curve.axvline(found, color=BARE, linestyle="--")
        curve.annotate(
            f"knee: {found:g}/s", (found, curve.get_ylim()[0]), rotation=90, va="bottom", ha="right", fontsize=8
        )
    _ticks(curve, rates)
    curve.set_xlabel("published, readings/s")
    curve.set_ylabel("due -> row visible, ms")
    curve.legend(frameon=False, fontsize=8)
    for step in steps:
        total, so_far, points = sum(step.histogram.values()), 0, []
        for bound, count in step.histogram.items():
            so_far += count
            if bound != "inf":
                points.append((float(bound), 100 * so_far / total))
        shares.semilogx(*zip(*points, strict=True), label=f"{step.rate:g}/s", linewidth=1)
    shares.set_xlabel("visible within, ms")
    shares.set_ylabel("readings, %")
    shares.legend(frameon=False, fontsize=7)
    figure.savefig(path)


def overload(found: Overload, path: Path) -> None:
    """What was due, stored and waiting, and the memory, over time."""
    figure, (flow, memory) = _figure(2, width=5)
    times = [moment.at_s for moment in found.moments]
    flow.plot(times, [moment.due for moment in found.moments], color=BARE, label="due")
    flow.plot(times, [moment.stored for moment in found.moments], color=OURS, label="stored")
    flow.plot(times, [moment.due - moment.stored for moment in found.moments], color=THIRD, label="waiting")
    flow.set_xlabel("s")
    flow.set_ylabel("readings")
    flow.legend(frameon=False, fontsize=8)
    span = {name: [moment.memory_mib[name] for moment in found.moments] for name in found.moments[0].memory_mib}
    for name in sorted(span, key=lambda name: -max(span[name]))[:MEMORIES]:
        memory.plot(times, span[name], label=name)
    memory.set_xlabel("s")
    memory.set_ylabel("memory, MiB")
    memory.set_ylim(bottom=0)
    memory.legend(frameon=False, fontsize=8)
    figure.savefig(path)


def _ticks(panel: Axes, rates: Sequence[float]) -> None:
    """The rates that were tried, and no others."""
    panel.minorticks_off()
    panel.set_xticks(list(rates), [f"{rate:g}" for rate in rates], fontsize=7)


def _figure(panels: int, width: float) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(width * panels, 3.2), dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes: Sequence[Axes] = figure.subplots(1, panels, squeeze=False)[0]
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    return figure, axes
