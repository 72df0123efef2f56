"""docs/load/replicas.png."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.load.charts import BARE, DOTS_PER_INCH, OURS
from tests.load.replicas.results import Measured

COLOURS = (BARE, OURS)


def draw(found: Sequence[Measured], path: Path) -> None:
    """Requests a second above, p95 below, by count of requests; a bar for each number of replicas."""
    names = list(dict.fromkeys(one.target for one in found))
    figure = Figure(figsize=(3.2 * len(names), 5), dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, len(names), squeeze=False)
    replicas = sorted({one.replicas for one in found})
    width = 0.8 / len(replicas)
    for column, name in enumerate(names):
        for place, (count, colour) in enumerate(zip(replicas, COLOURS, strict=False)):
            its = [one for one in found if one.target == name and one.replicas == count]
            at = [index + (place - (len(replicas) - 1) / 2) * width for index in range(len(its))]
            label = f"{count} replica{'s' if count > 1 else ''}"
            panels[0][column].bar(at, [one.found.rate for one in its], width, color=colour, label=label)
            panels[1][column].bar(at, [one.found.p95_ms for one in its], width, color=colour)
            for panel in (panels[0][column], panels[1][column]):
                panel.set_xticks(range(len(its)), [f"{one.found.requests:,}" for one in its], fontsize=7)
                panel.spines[["top", "right"]].set_visible(False)
                panel.tick_params(labelsize=8)
        panels[0][column].set_title(name, fontsize=10)
    panels[0][0].set_ylabel("requests/s")
    panels[1][0].set_ylabel("p95, ms")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.supxlabel("requests, of 100 users", fontsize=9)
    figure.savefig(path)
