"""Faults, one at a time or two, and whether the invariants hold: `python -m tests.faults`.

As root it has a network and small disks of its own, and can cut links and fill disks; else those faults are left out.
"""

import argparse
import os
import shutil
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.campaign import play, two
from tests.faults.catalogue import FAMILIES, SINGLE, for_two, named, of_families, possible
from tests.faults.fault import Fault, Need, Outcome
from tests.faults.namespace import enter, is_inside
from tests.faults.report import keep, write
from tests.faults.system import running


def main() -> int:
    """0: every invariant held."""
    arguments = _arguments()
    enter("tests.faults", sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever ends us, what we started ends too
    wanted = named(arguments.only) if arguments.only else of_families(arguments.family or FAMILIES)
    print(f"seed {arguments.seed}", flush=True)
    only_random = arguments.random and not (arguments.only or arguments.family or arguments.write)
    singles = [] if only_random else list(_one_by_one(wanted, arguments.seed))
    pairs = list(_at_random(arguments.random, arguments.seed)) if arguments.random else []
    if arguments.keep:
        keep(arguments.keep, singles, pairs)
    if arguments.write:
        write(singles, pairs, arguments.seed)
    broken = [outcome for outcome in singles + pairs if outcome.broken]
    print(f"{len(singles) + len(pairs)} runs, {len(broken)} with a broken invariant")
    return 1 if broken else 0


def _one_by_one(faults: Sequence[Fault], seed: int) -> Iterator[Outcome]:
    """All that SQLite can show on it, and what needs PostgreSQL on that."""
    on_postgresql = [fault for fault in faults if Need.POSTGRESQL in fault.needs]
    for database, wanted in (
        (Need.SQLITE, [fault for fault in faults if fault not in on_postgresql]),
        (Need.POSTGRESQL, on_postgresql),
    ):
        if able := possible(wanted, _having(database)):
            yield from _played(database, [(fault,) for fault in able], seed)


def _at_random(runs: int, seed: int) -> Iterator[Outcome]:
    faults = for_two(possible(SINGLE, _having(Need.POSTGRESQL)))
    yield from _played(Need.POSTGRESQL, [two(faults, seed + run) for run in range(runs)], seed)


def _played(database: Need, rounds: Sequence[tuple[Fault, ...]], seed: int) -> Iterator[Outcome]:
    """On one system, for as long as it holds; one that broke is not used again."""
    left = deque(enumerate(rounds))
    while left:
        with running(database, seed) as system:
            is_whole = True
            while left and is_whole:
                number, faults = left.popleft()
                system.random.seed(seed + number)
                begun = time.monotonic()
                outcome = play(system, faults)
                print(f"{number + 1}/{len(rounds)} {time.monotonic() - begun:.0f} s {outcome}", flush=True)
                yield outcome
                is_whole = not outcome.broken


def _having(database: Need) -> frozenset[Need]:
    able = {Need.NAMESPACE: is_inside(), Need.STRACE: os.geteuid() == 0 and shutil.which("strace") is not None}
    return frozenset({database, *(need for need, is_there in able.items() if is_there)})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same faults in the same way")
    parser.add_argument("--only", action="append", metavar="NAME", help="this fault; may be given more than once")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="all of this family")
    parser.add_argument("--random", type=int, default=0, metavar="RUNS", help="so many runs of two faults at a time")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write all outcomes there, as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
