"""`make rollout` and `make rollback`."""

from collections.abc import Callable

from infra.deploy.errors import DeployError
from infra.deploy.images.catalogue import REPOSITORY
from infra.deploy.images.digests import Digests
from infra.deploy.images.registry import digest_of
from infra.deploy.kubectl import Kubectl
from infra.deploy.rollout.revisions import Revisions
from infra.deploy.rollout.settings import RolloutSettings
from infra.deploy.rollout.steps import Watch, go_back, roll_out
from infra.deploy.settings import NAMESPACE, ROOT, DeploySettings

INTERVAL_S = 3.0
READY_S = 120.0
"""A revision that is not ready after so long never will be."""


def rollout(settings: DeploySettings, wanted: RolloutSettings, say: Callable[[str], None]) -> None:
    """Brings a tag's image to a function step by step; `make deploy` keeps it afterwards."""
    if not (settings.registry and wanted.tag):
        raise DeployError("which image? make rollout FUNCTION=... TAG=... REGISTRY=host:port")
    digest = digest_of(settings.registry, f"{REPOSITORY}/{wanted.function}", wanted.tag)
    image = f"{settings.registry}/{REPOSITORY}/{wanted.function}@{digest}"
    roll_out(_revisions(settings, wanted), image, Watch(wanted.watch_s, INTERVAL_S, wanted.most_bad), say)
    _keep(settings, wanted.function, digest)


def rollback(settings: DeploySettings, wanted: RolloutSettings, say: Callable[[str], None]) -> None:
    """Brings the function back to the image that it had before."""
    revisions = _revisions(settings, wanted)
    serving = revisions.serving()
    before = revisions.before(serving)
    if before is None:
        raise DeployError(f"{wanted.function} never had another image, or Knative has removed that revision")
    go_back(revisions, before)
    say(f"  {wanted.function} runs the image of {before.name} again")
    if settings.registry and "@" in before.image:
        _keep(settings, wanted.function, before.image.partition("@")[2])


def _revisions(settings: DeploySettings, wanted: RolloutSettings) -> Revisions:
    return Revisions(Kubectl(settings.kubeconfig), NAMESPACE, wanted.function, READY_S)


def _keep(settings: DeploySettings, function: str, digest: str) -> None:
    path = ROOT / settings.digests
    known = Digests.read(path, settings.registry or "")
    known.having(known.version, {function: digest}).write(path)
