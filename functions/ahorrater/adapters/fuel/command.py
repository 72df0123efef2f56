"""`ahorrater fuel load`: loads prices by hand, as a first load, or day by day from the past."""

import argparse
import gzip
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.fuel.feed import MinistryFeed
from ahorrater.adapters.fuel.sample import DAYS, sample_answers
from ahorrater.adapters.fuel.settings import FeedSettings
from ahorrater.contracts.errors import Problem
from ahorrater.contracts.events import FuelRefreshed
from ahorrater.domain.fuel.values import day_of, history_moment, madrid_day
from ahorrater.services.fuel.load import LoadFuel, RealPricesStored
from ahorrater.services.fuel.ports import Origin

Reports = Iterator[FuelRefreshed]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `fuel load`; without any, the prices in force are fetched."""
    file_help = "an answer, or a list of municipalities, kept in a .json or .json.gz file; may be repeated"
    parser.add_argument("--file", type=Path, action="append", help=file_help)
    parser.add_argument("--date", type=_day, help="the prices at the end of a past day; with --file: the file's day")
    parser.add_argument("--from", dest="first", type=_day, help="the first of several past days (yyyy-mm-dd)")
    parser.add_argument("--to", dest="last", type=_day, help="the last of them; without it, yesterday")
    parser.add_argument("--sample", action="store_true", help="an invented sample, for a database without real prices")
    parser.add_argument("--or-sample", action="store_true", help="the sample where FUEL_FEED_URL is empty")


def run(arguments: argparse.Namespace, service: LoadFuel) -> int:
    """Loads what the arguments say, with progress; 0, or 1 and the reason on standard error."""
    try:
        total, reports = _work(arguments, service)
        for number, report in enumerate(reports, 1):
            _show(number, total, report)
    except RealPricesStored as kept:
        sys.stderr.write(f"{kept.detail}: nothing to do\n")
    except (Problem, OSError, argparse.ArgumentTypeError) as error:
        sys.stderr.write(f"\nfuel load: {getattr(error, 'detail', error)}\n")
        return 1
    return 0


def _work(arguments: argparse.Namespace, service: LoadFuel) -> tuple[int, Reports]:
    """How many loads there will be, and the loads."""
    if arguments.sample or (arguments.or_sample and not FeedSettings().feed_url):
        return DAYS, _load_sample(service)
    if arguments.file:
        return len(arguments.file), _load_files(service, arguments.file, arguments.date)
    if arguments.date or arguments.first or arguments.last:
        return _history(arguments, service)
    return 1, (service.load_live(feed) for feed in [_feed()])


def _history(arguments: argparse.Namespace, service: LoadFuel) -> tuple[int, Reports]:
    yesterday = madrid_day(utc_now()) - timedelta(days=1)
    first = arguments.date or arguments.first
    last = arguments.date or arguments.last or yesterday
    if first is None or not first <= last <= yesterday:
        raise argparse.ArgumentTypeError(f"the days must be past and in order: --from {first} --to {last}")
    days = service.missing_days(first, last)
    done = (last - first).days + 1 - len(days)
    if done:
        sys.stderr.write(f"{done} days were loaded before\n")
    return len(days), service.load_days(_feed(), days) if days else iter(())


def _load_files(service: LoadFuel, files: list[Path], day: date | None) -> Reports:
    for path in files:
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if body.lstrip()[:1] == b"[":
            sys.stderr.write(f"{service.load_places(body)} municipalities\n")
        else:
            yield service.load(body, Origin.FILE, history_moment(day) if day else None)


def _load_sample(service: LoadFuel) -> Reports:
    for day, body in sample_answers(madrid_day(utc_now()) - timedelta(days=1)):
        yield service.load(body, Origin.SAMPLE, history_moment(day))


def _feed() -> MinistryFeed:
    return MinistryFeed(FeedSettings())


def _show(number: int, total: int, report: FuelRefreshed) -> None:
    """A bar for people, a line of JSON for programs."""
    if sys.stderr.isatty():
        done = 30 * number // max(1, total)
        sys.stderr.write(f"\r[{'#' * done}{' ' * (30 - done)}] {number}/{total} {report.moment:%Y-%m-%d}")
        sys.stderr.write("\n" if number == total else "")
    sys.stdout.write(f"{report.model_dump_json()}\n")


def _day(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
