"""`python -m infra.deploy COMMAND`; `make` has a target for each."""

import argparse
import sys
from collections.abc import Callable

from pydantic import ValidationError
from rich.console import Console

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.settings import ROOT, DeploySettings
from infra.local.progress import Progress


def _say(text: str) -> None:
    print(text, flush=True)


def images() -> None:
    """Build the images; with REGISTRY, push them."""
    from infra.deploy.images.build import build_images
    from infra.deploy.images.settings import ImageSettings

    build_images(ROOT, ImageSettings(), _say)


def deploy() -> None:
    """Bring the system to the cluster, and follow one reading to the label."""
    from infra.deploy import deployment

    deployment.deploy(DeploySettings(), Progress(Console()))


def render() -> None:
    """Show what would be applied."""
    from infra.deploy.deployment import Target
    from infra.deploy.manifests.objects import dump

    _say(dump(Target.of(DeploySettings()).render()))


def undeploy() -> None:
    """Take everything away again."""
    from infra.deploy import undeploy

    settings = DeploySettings()
    undeploy.undeploy(Kubectl(settings.kubeconfig), settings, Progress(Console()))


def rollout() -> None:
    """Bring a new image to one function, step by step."""
    from infra.deploy.rollout import commands
    from infra.deploy.rollout.settings import RolloutSettings

    commands.rollout(DeploySettings(), RolloutSettings(), _say)


def rollback() -> None:
    """Bring one function back to the image before."""
    from infra.deploy.rollout import commands
    from infra.deploy.rollout.settings import RolloutSettings

    commands.rollback(DeploySettings(), RolloutSettings(), _say)


COMMANDS: dict[str, Callable[[], None]] = {
    "images": images,
    "deploy": deploy,
    "render": render,
    "undeploy": undeploy,
    "rollout": rollout,
    "rollback": rollback,
}


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
