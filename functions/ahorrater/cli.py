"""The `ahorrater` command."""

import argparse
import json
import sys

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


def main() -> int:
    """Runs the command that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="ahorrater", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in {"migrate": migrate, "schemas": schemas}.items():
        commands.add_parser(name, help=run.__doc__).set_defaults(run=run)
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
