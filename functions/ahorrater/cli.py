"""The `ahorrater` command."""

import argparse
import json
import sys
from collections.abc import Callable

from ahorrater.adapters import backtest, tune
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.mqtt import device_command


def migrate(_arguments: argparse.Namespace) -> int:
    """Brings the database named by DATABASE_URL to this version's schema."""
    from ahorrater.adapters.database.migrate import migrate as upgrade

    before, after = upgrade(DatabaseSettings().url)
    sys.stdout.write(
        f"schema {after}: nothing to do\n" if before == after else f"schema {before or 'none'} -> {after}\n"
    )
    return 0


def schemas(_arguments: argparse.Namespace) -> int:
    """Exports the contracts as JSON Schema files beside their models."""
    from ahorrater.contracts.schemas import FOLDER
    from ahorrater.contracts.schemas import schemas as exported

    for name, schema in exported().items():
        (FOLDER / name).write_text(json.dumps(schema, indent=2) + "\n")
    sys.stdout.write(f"{len(exported())} schemas in {FOLDER}\n")
    return 0


Command = Callable[[argparse.Namespace], int]


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, about: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    return command


def load_fuel(arguments: argparse.Namespace) -> int:
    """Loads fuel prices: those in force, of past days, of files, or an invented sample."""
    from ahorrater.adapters.clock import utc_now
    from ahorrater.adapters.database.connection import Database
    from ahorrater.adapters.database.fuel.store import SqlFuelStore
    from ahorrater.adapters.fuel.command import run
    from ahorrater.adapters.fuel.settings import FeedSettings
    from ahorrater.services.fuel.load import LoadFuel

    store = SqlFuelStore(Database(DatabaseSettings().url))
    return run(arguments, LoadFuel(store, FeedSettings().policy(), utc_now))


def _add_fuel(parser: argparse.ArgumentParser) -> None:
    from ahorrater.adapters.fuel.command import add_arguments

    load = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("load", help=load_fuel.__doc__)
    add_arguments(load)
    load.set_defaults(run=load_fuel)


def _add_devices(parser: argparse.ArgumentParser) -> None:
    about = "Users and rules of mosquitto, from the device registry."
    credentials = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("credentials", help=about)
    device_command.add_arguments(credentials)
    credentials.set_defaults(run=device_command.run)


def main() -> int:
    """Runs the command that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="ahorrater", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {"migrate": migrate, "schemas": schemas}.items():
        _command(commands, name, run, run.__doc__ or "")
    backtest.add_arguments(_command(commands, "backtest", backtest.run, "What each policy would have brought."))
    tune.add_arguments(_command(commands, "tune", tune.run, "Suggests parameters, scored where they were not tuned."))
    _add_fuel(commands.add_parser("fuel", help="Fuel prices."))
    _add_devices(commands.add_parser("devices", help="The parks' devices."))
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
