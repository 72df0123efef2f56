"""`python -m infra.deploy COMMAND`; `make` has a target for each."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from infra.deploy.errors import DeployError

ROOT = Path(__file__).resolve().parents[2]


def _say(text: str) -> None:
    print(text, flush=True)


def images() -> None:
    """Build the images; with REGISTRY, push them."""
    from infra.deploy.images.build import build_images
    from infra.deploy.images.settings import ImageSettings

    build_images(ROOT, ImageSettings(), _say)


COMMANDS: dict[str, Callable[[], None]] = {"images": images}


def main() -> int:
    """Runs the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__).set_defaults(run=command)
    try:
        parser.parse_args().run()
    except (DeployError, ValidationError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
