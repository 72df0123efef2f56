"""A chart as a PNG, readable on a phone (matplotlib, imported with the first chart: it takes a second)."""

import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from ahorrater.contracts.exports import DataExport

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_INCHES, HEIGHT_INCHES, DOTS_PER_INCH = 7.2, 5.0, 180
LEGEND_ROW_INCHES, PADDING_INCHES = 0.22, 0.12
LEGEND_NAME_LENGTH = 28
MAX_POINTS_WITH_MARKERS = 40
# Okabe and Ito's colours, which the colour-blind tell apart, darkened where they would be faint on white; further
# series repeat them with other dashes.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#6B5B95", "#8C7A00")
_DASHES = ("-", "--", ":")
# From years down to seconds: the tick, the tick at which the next larger unit begins, and what all ticks share. Numbers
# only, since month names would need a language.
_TICK_FORMATS = ("%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%S.%f")
_FIRST_TICK_FORMATS = ("", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M")
_SHARED_FORMATS = ("", "%Y", "%Y", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d %H:%M")
_INK, _FAINT = "#333333", "#D9D9D9"
_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the chart; None is a gap."""

    name: str
    positions: Sequence[datetime] | Sequence[int]
    values: Sequence[float | None]

    def alone(self) -> list[int]:
        """The points that no line reaches, having gaps on both sides: only a mark shows them."""
        known = [False, *(value is not None for value in self.values), False]
        return [at for at in range(len(self.values)) if known[at + 1] and not known[at] and not known[at + 2]]


def draw(export: DataExport) -> bytes:
    """The PNG of an export: a line for each series, gaps for nulls, time in UTC."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with _lock:  # the fonts are shared by all figures
        size_inches = (WIDTH_INCHES, HEIGHT_INCHES + LEGEND_ROW_INCHES * max(0, len(export.series) // 2 - 2))
        layout = ConstrainedLayoutEngine(w_pad=PADDING_INCHES, h_pad=PADDING_INCHES)
        figure = Figure(figsize=size_inches, dpi=DOTS_PER_INCH, facecolor="white", layout=layout)
        FigureCanvasAgg(figure)
        _fill(figure, export)
        png = io.BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # a box is drawn for it
            figure.savefig(png, format="png")
    return png.getvalue()


def _fill(figure: "Figure", export: DataExport) -> None:
    axes = figure.add_subplot()
    lines = list(_lines(export))
    for number, line in enumerate(lines):
        _plot(axes, line, number)
    _style(axes, export)
    if isinstance(export.series, dict):
        axes.set_xlabel("#", fontsize=11, color=_INK)
    else:
        _time_axis(axes)
    _legend(figure, axes, lines)


def _lines(export: DataExport) -> Iterator[_Line]:
    if isinstance(export.series, dict):
        for name, samples in export.series.items():
            yield _Line(name, range(1, len(samples) + 1), samples)
        return
    for series in export.series:
        points = sorted(series.points, key=lambda point: point[0])
        yield _Line(series.name, [at for at, _ in points], [value for _, value in points])


def _plot(axes: "Axes", line: _Line, number: int) -> None:
    import numpy as np

    few = len(line.values) <= MAX_POINTS_WITH_MARKERS
    axes.plot(
        np.asarray(line.positions),
        [float("nan") if value is None else value for value in line.values],
        color=_COLOURS[number % len(_COLOURS)],
        linestyle=_DASHES[number // len(_COLOURS) % len(_DASHES)],
        linewidth=2 if few else 1.4,
        marker="o",
        markersize=4,
        markevery=None if few else line.alone(),
        solid_capstyle="round",
    )


def _style(axes: "Axes", export: DataExport) -> None:
    """Names are shown as they are: a dollar sign begins no formula."""
    title = textwrap.fill(export.title, 48, max_lines=3, placeholder="…")
    axes.set_title(title, loc="left", fontsize=14, fontweight="bold", color=_INK, pad=12, parse_math=False)
    axes.set_ylabel(export.unit, fontsize=12, color=_INK, parse_math=False, rotation="horizontal", ha="right")
    axes.grid(visible=True, axis="y", color=_FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=11, colors=_INK, length=0)
    axes.margins(x=0.02, y=0.08)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_FAINT)


def _time_axis(axes: "Axes") -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=UTC, minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, UTC, list(_TICK_FORMATS), list(_SHARED_FORMATS), list(_FIRST_TICK_FORMATS)
    )
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlabel("UTC", fontsize=11, color=_INK)


def _legend(figure: "Figure", axes: "Axes", lines: Sequence[_Line]) -> None:
    names = [
        textwrap.shorten(line.name, LEGEND_NAME_LENGTH, placeholder="…") or line.name[:LEGEND_NAME_LENGTH]
        for line in lines
    ]
    columns = 3 if max(map(len, names)) <= 16 else 2
    legend = figure.legend(
        axes.get_lines(), names, loc="outside lower center", ncols=min(len(names), columns), frameon=False, fontsize=11
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
        text.set_color(_INK)
