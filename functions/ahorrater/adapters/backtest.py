"""`ahorrater backtest`: its arguments and what it prints."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ahorrater.adapters.backtest_arguments import Situation, add_condition_arguments, add_trace_arguments, situation
from ahorrater.domain.policies import Policy
from ahorrater.services.backtest import Backtest, judged, standard_policies
from ahorrater.services.judges import Judge
from ahorrater.services.tune import trade_offs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `ahorrater backtest`."""
    add_trace_arguments(parser)
    parser.add_argument(
        "--policy",
        action="append",
        choices=["thesis", "hysteresis", "calm", "forecast"],
        default=[],
        help="show this one (again for more) beside stay-put and the optimum; all if left out",
    )
    add_condition_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--plot", type=_picture, help="draw shares, moves and the timeline of one day into this PNG")


def run(arguments: argparse.Namespace) -> int:
    """Replays, prints, draws. 2 and a sentence on stderr for what cannot be replayed, or drawn."""
    try:
        asked = situation(arguments)
        judge = asked.judge()
    except ValueError as error:
        return _refused(error)
    result = judged(judge, _chosen(standard_policies(asked.work, asked.batteries), arguments.policy))
    sys.stdout.write(json.dumps(result.report()) + "\n" if arguments.json else table(result))
    return _draw(arguments.plot, asked, judge, result) if arguments.plot else 0


def _draw(path: Path, asked: Situation, judge: Judge, result: Backtest) -> int:
    """matplotlib is imported only where it is asked for: it is heavy."""
    from ahorrater.adapters.backtest_plot import draw

    try:
        draw(result, trade_offs(judge, asked.work, asked.batteries), asked.work.load_w, path)
    except OSError as error:
        return _refused(error)
    return 0


def _refused(error: Exception) -> int:
    sys.stderr.write(f"ahorrater backtest: {error}\n")
    return 2


def _chosen(policies: Mapping[str, Policy], names: Sequence[str]) -> dict[str, Policy]:
    return {name: policy for name, policy in policies.items() if not names or name in names}


def table(result: Backtest) -> str:
    """The report for people."""
    best = result.outcomes["optimum"].net_wh
    sharing = "" if result.sunny_nodes == 1 else f", at most {result.sunny_nodes} of which share the work"
    lines = [
        f"{len(result.trace.times)} samples, {result.trace.days:.2f} days, {len(result.trace.nodes)} parks{sharing}",
        f"{'policy':<12}{'energy Wh':>12}{'net Wh':>12}{'of optimum':>12}{'regret':>9}{'moves/day':>11}",
    ]
    for name, one in result.outcomes.items():
        share = one.net_wh / best if best > 0 else 0.0
        lines.append(
            f"{name:<12}{one.energy_wh:>12.1f}{one.net_wh:>12.1f}{share:>12.2%}{1 - share:>9.2%}"
            f"{one.moves / result.trace.days:>11.2f}"
        )
    if not result.is_exact:
        lines.append("optimum: what no plan exceeds, not a plan that is known")
    return "\n".join(lines) + "\n"


def _picture(text: str) -> Path:
    """Told before an hour of computing, not after it."""
    path = Path(text)
    if path.suffix != ".png" or not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no PNG in a folder that is there")
    return path
