"""Builds the images and, where a registry is given, pushes them and keeps their digests."""

import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.deploy.commands import run, version_of
from infra.deploy.errors import DeployError
from infra.deploy.images.catalogue import Image, read_catalogue
from infra.deploy.images.digests import Digests
from infra.deploy.images.registry import digest_of
from infra.deploy.images.settings import ImageSettings

TOOLS = ("docker", "podman", "buildah")
Say = Callable[[str], None]


def build_images(root: Path, settings: ImageSettings, say: Say) -> None:
    """Builds all images, or those that are named, and pushes them where there is a registry."""
    builder, pusher = _tools(settings)
    version = version_of(root)
    tag = settings.tag or version
    for image in _wanted(read_catalogue(root), settings.names):
        name = f"{settings.registry}/{image.short_name}:{tag}" if settings.registry else f"{image.short_name}:{tag}"
        run([*builder, *image.build_arguments(version), "--tag", name, "."], folder=root)
        if settings.registry:
            run([*pusher, name], folder=root)
            _record(root / settings.digests, settings.registry, version, image, tag)
        say(f"  {name}")


def _record(path: Path, registry: str, version: str, image: Image, tag: str) -> None:
    """Kept after each image: a build that is broken off goes on with what is there."""
    digest = digest_of(registry, image.short_name, tag)
    Digests.read(path, registry).having(version, {image.name: digest}).write(path)


def _wanted(images: Sequence[Image], names: frozenset[str]) -> Sequence[Image]:
    unknown = names - {image.name for image in images}
    if unknown:
        raise DeployError(f"there is no image {', '.join(sorted(unknown))}: see infra/images/images.tsv")
    return [image for image in images if not names or image.name in names]


def _tools(settings: ImageSettings) -> tuple[list[str], list[str]]:
    """What builds and what pushes: as told, or the first of docker, podman and buildah that is here."""
    if settings.builder:
        return shlex.split(settings.builder), shlex.split(settings.pusher or settings.builder.split()[0] + " push")
    tool = next((tool for tool in TOOLS if shutil.which(tool)), None)
    if tool is None:
        raise DeployError(f"none of {', '.join(TOOLS)} is here: install one, or say BUILDER=... and PUSHER=...")
    return [tool, "build", *(["--layers"] if tool == "buildah" else [])], [tool, "push"]
