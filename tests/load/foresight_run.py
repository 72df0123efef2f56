"""How far one would have to see: the forecast, given each park's true power for the next minutes.

    python -m tests.load.foresight_run --trace sites4_5min_2016.csv.gz --columns a,b,c --minutes 0,5,10,15,20

The policy is the live one; what it expects of the first steps is replaced by what came. Prints the regret for each load
and foresight, and as a share of plain hysteresis's.
"""

import argparse
import math
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from ahorrater.adapters.traces import own_peaks_w, read_trace, scaled
from ahorrater.domain.futures import Expected
from ahorrater.domain.parks import Park
from ahorrater.domain.policies import ForecastPolicy
from ahorrater.domain.replay import Trace, Work
from ahorrater.services.backtest import OPTIMUM, backtest, plain_hysteresis, standard_policies

PEAK_W = 100.0


@dataclass(frozen=True)
class Foresight(ForecastPolicy):
    """A forecast that is true for the first `seen` steps, each as long as the trace's interval."""

    trace: Trace | None = None
    seen: int = 0

    def expected(self, park: Park, now: datetime) -> list[Expected]:
        """What comes, then what is expected."""
        expected = super().expected(park, now)
        if self.trace is None:
            return expected
        column = self.trace.power_w[self.trace.nodes.index(park.node)]
        begin = round((now - self.trace.times[0]) / self.trace.interval) + 1
        for place, watts in enumerate(column[begin : begin + self.seen]):
            known_w = 0.0 if math.isnan(watts) else watts
            expected[place] = Expected(known_w, 0.0, self.workloads_power_w or math.inf).over(self.steps[place])
        return expected


def foresight_of(forecast: ForecastPolicy, trace: Trace, seen: int) -> Foresight:
    """The same policy, seeing so many samples ahead."""
    same = {field.name: getattr(forecast, field.name) for field in fields(forecast)}
    return Foresight(**same, trace=trace, seen=seen)


def main() -> None:
    """Prints a line for each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--columns", type=lambda text: text.split(","), default=[])
    parser.add_argument("--minutes", type=lambda text: [int(part) for part in text.split(",")], default=[0, 5, 10, 15])
    parser.add_argument("--loads", type=lambda text: [float(part) for part in text.split(",")], default=[0.1, 0.3, 0.6])
    arguments = parser.parse_args()
    trace = read_trace(arguments.trace, arguments.columns)
    trace = scaled(trace, own_peaks_w(trace), PEAK_W)
    for load in arguments.loads:
        work = Work(load * PEAK_W, load * PEAK_W * 3 / 60)
        forecast = standard_policies(work)["forecast"]
        if not isinstance(forecast, ForecastPolicy):
            raise TypeError("the standard forecast is a ForecastPolicy")
        steps = {minutes: round(minutes * 60 / trace.interval.total_seconds()) for minutes in arguments.minutes}
        seeing = {f"{minutes} min": foresight_of(forecast, trace, seen) for minutes, seen in steps.items()}
        outcomes = backtest(trace, work, {"hysteresis": plain_hysteresis(work), **seeing}).outcomes
        best = outcomes[OPTIMUM]
        regrets = {name: 1 - one.net_wh / best.net_wh for name, one in outcomes.items()}
        cells = [
            f"{name}: {regrets[name]:.2%} ({regrets[name] / regrets['hysteresis']:.2f}, "
            f"moves x{outcomes[name].moves / best.moves:.2f})"
            for name in seeing
        ]
        print(f"load {load:g}: hysteresis {regrets['hysteresis']:.2%}; " + "; ".join(cells), flush=True)


if __name__ == "__main__":
    main()
