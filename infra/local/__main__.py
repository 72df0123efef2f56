"""`python -m infra.local up`: the whole system on this machine."""

import argparse
import sys

from pydantic import ValidationError

from infra.local.lock import AlreadyRunningError
from infra.local.manifests.wiring import ManifestError
from infra.local.processes.supervisor import StartError
from infra.local.runner import up
from infra.local.settings import RunnerSettings


def main() -> int:
    """Runs the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=RunnerSettings.__doc__)
    parser.add_argument("command", choices=["up"], help="run the whole system until Ctrl-C")
    parser.parse_args()
    try:
        up(RunnerSettings())
    except (AlreadyRunningError, ManifestError, StartError, ValidationError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
