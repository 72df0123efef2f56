"""The soak's charts, as PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.load.charts import DOTS_PER_INCH
from tests.load.soak_parts.samples import Sample


def draw(samples: Sequence[Sample], folder: Path) -> None:
    """`soak-processes.png`: memory and files of each process; `soak-database.png`: size, rows and lag."""
    minutes = [sample.elapsed_s / 60 for sample in samples]
    figure, (memory, files) = _figure("memory, MiB", "open files")
    _lines(memory, minutes, [sample.memory_mib for sample in samples])
    _lines(files, minutes, [dict(sample.files) for sample in samples])
    figure.legend(*memory.get_legend_handles_labels(), frameon=False, fontsize=7, ncols=1, loc="outside right center")
    figure.savefig(folder / "soak-processes.png")
    figure, (size, rows, lag) = _figure("database, MiB", "rows, thousands", "behind the device, s")
    _lines(size, minutes, [{"file": sample.database_mib, "write-ahead log": sample.log_mib} for sample in samples])
    kept = ("reading", "rollup", "decision")
    _lines(rows, minutes, [{name: sample.rows[name] / 1000 for name in kept} for sample in samples])
    _lines(lag, minutes, [sample.lag_s for sample in samples], width=0.7)
    for panel in (size, rows, lag):
        panel.legend(frameon=False, fontsize=7)
    figure.savefig(folder / "soak-database.png", bbox_inches="tight")


def _figure(*titles: str) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(4.6 * len(titles), 3.4), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    panels = [figure.add_subplot(1, len(titles), place + 1) for place in range(len(titles))]
    for panel, title in zip(panels, titles, strict=True):
        panel.set_title(title, fontsize=10)
        panel.set_xlabel("minutes", fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
    return figure, panels


def _lines(panel: Axes, minutes: Sequence[float], values: Sequence[Mapping[str, float]], width: float = 1.2) -> None:
    names = sorted({name for value in values for name in value})
    for place, name in enumerate(names):
        style = "-" if place < 10 else "--"
        panel.plot(minutes, [value.get(name, float("nan")) for value in values], style, label=name, linewidth=width)
    panel.set_ylim(bottom=0)
