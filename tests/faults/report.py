"""docs/faults.md, from what was seen: `python -m tests.faults.report FILE ...`, files as `--keep` wrote them."""

import argparse
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import to_json

from tests.faults.fault import Outcome

Kept = tuple[list[Outcome], list[Outcome]]
"""The faults by themselves, and those that struck two at a time at random."""
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- written by python -m tests.faults: begin -->\n", "<!-- end -->\n"


def write(singles: Sequence[Outcome], pairs: Sequence[Outcome], seed: int) -> None:
    """Puts the tables between the marks of the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{_tables(singles, pairs, seed)}{END}{after}")


def keep(path: Path, singles: Sequence[Outcome], pairs: Sequence[Outcome]) -> None:
    """Writes all outcomes into a file."""
    path.write_bytes(to_json((list(singles), list(pairs)), indent=1))


def main() -> None:
    """Writes the page from files that runs have kept; the seed is that of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    kept = [TypeAdapter(Kept).validate_json(path.read_bytes()) for path in arguments.files]
    write([one for singles, _ in kept for one in singles], [one for _, pairs in kept for one in pairs], arguments.seed)


def _tables(singles: Sequence[Outcome], pairs: Sequence[Outcome], seed: int) -> str:
    when = f"{datetime.now(UTC):%d %B %Y}"
    machine = f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    rows = [*_rows(singles), *(["", "## Two at a time, at random", "", *_random(pairs)] if pairs else [])]
    return "\n".join([f"Run on {when} ({machine}), seed {seed}.", "", *rows, ""])


def _rows(outcomes: Iterable[Outcome]) -> list[str]:
    header = ["| fault | expected | seen | recovered in, s |", "|---|---|---|---|"]
    table = []
    for family, group in groupby(outcomes, lambda outcome: outcome.family):
        of_family = list(group)
        table += [_summary(family, of_family)] if family.startswith("pairs") else [_row(one) for one in of_family]
    return header + table


def _row(one: Outcome) -> str:
    return f"| {one.name} | {one.expected} | {_seen([one])} | {one.recovery_s:.1f} |"


def _summary(family: str, of_family: list[Outcome]) -> str:
    slowest = max(one.recovery_s for one in of_family)
    expected = of_family[0].expected
    return f"| {len(of_family)} ordered {family} | {expected} | {_seen(of_family)} | {slowest:.1f} at most |"


def _seen(outcomes: Sequence[Outcome]) -> str:
    acknowledged, lost = sum(one.acknowledged for one in outcomes), sum(one.lost for one in outcomes)
    parts = [f"{acknowledged} acknowledged, {lost} lost"]
    parts += [f"{one.name}: {what}" for one in outcomes for what in one.broken]
    letters: Counter[str] = Counter()
    for count, kind in (letter.split() for one in outcomes for letter in one.letters):
        letters[kind] += int(count)
    parts += [f"dead letters: {', '.join(f'{count} {kind}' for kind, count in letters.items())}"] if letters else []
    return "; ".join(parts)


def _random(pairs: Sequence[Outcome]) -> list[str]:
    times = sorted(one.recovery_s for one in pairs)
    failed = [one for one in pairs if one.broken]
    sentence = (
        f"{len(pairs)} runs of two different faults, at most 2 s apart, on systems that live on from run to run: "
        f"{sum(one.acknowledged for one in pairs)} readings acknowledged, {sum(one.lost for one in pairs)} lost; "
        f"{sum(one.looks for one in pairs)} looks at the cluster; {len(failed)} runs with a broken invariant. "
        f"Recovered in {times[len(times) // 2]:.1f} s (median), {times[-1]:.1f} s (slowest)."
    )
    return [
        sentence,
        *(f"- {one.name}: {'; '.join(one.broken)}" for one in failed),
    ]


if __name__ == "__main__":
    main()
