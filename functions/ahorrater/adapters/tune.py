"""`ahorrater tune`: its arguments and what it prints."""

import argparse
import json
import sys
from dataclasses import asdict

from ahorrater.adapters.backtest_arguments import add_condition_arguments, add_trace_arguments, number, situation
from ahorrater.services.tune import candidates, tune


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of `ahorrater tune`."""
    add_trace_arguments(parser)
    add_condition_arguments(parser)
    parser.add_argument(
        "--training-share",
        type=_share,
        default=0.5,
        help="how much of the trace, from its beginning, is tuned on (0.5)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Suggests parameters. 2 and a sentence on stderr for a trace that cannot be replayed."""
    try:
        asked = situation(arguments)
        tried = candidates(asked.work, asked.batteries)
        suggestions = tune(asked.trace, asked.judge, tried, arguments.training_share)
    except ValueError as error:
        sys.stderr.write(f"ahorrater tune: {error}\n")
        return 2
    if arguments.json:
        sys.stdout.write(json.dumps([asdict(suggestion) for suggestion in suggestions]) + "\n")
        return 0
    for one in suggestions:
        numbers = ", ".join(f"{name}={value:g}" for name, value in one.parameters.items())
        sys.stdout.write(
            f"{one.family}: {numbers}\n"
            f"  tuned on: {one.training.share_of_optimum:.2%}, {one.training.moves_per_day:.2f} moves/day\n"
            f"  held out: {one.held_out.share_of_optimum:.2%}, {one.held_out.moves_per_day:.2f} moves/day\n"
        )
    return 0


def _share(text: str) -> float:
    share = number(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return share
