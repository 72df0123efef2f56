"""The `ahorrater` command."""

import argparse
import json
import sys
from collections.abc import Callable

from ahorrater.adapters import backtest
from ahorrater.adapters.database.settings import DatabaseSettings


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


def main() -> int:
    """Runs the command that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="ahorrater", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {"migrate": migrate, "schemas": schemas}.items():
        _command(commands, name, run, run.__doc__ or "")
    backtest.add_arguments(_command(commands, "backtest", backtest.run, "What each policy would have brought."))
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
