"""The `ahorrater` command."""

import argparse
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


def main() -> int:
    """Runs the command that the arguments name; the exit status."""
    parser = argparse.ArgumentParser(prog="ahorrater", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    migrating = commands.add_parser("migrate", help=migrate.__doc__)
    migrating.set_defaults(run=migrate)
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
