"""The settings of `make images`."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(text: object) -> object:
    return text.split() if isinstance(text, str) else text


Names = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]


class ImageSettings(BaseSettings):
    """Environment variables of `make images`.

    REGISTRY: host:port that images are pushed to; without it they are only built.
    TAG: tag of the images; without it what `git describe` says.
    BUILDER, PUSHER: commands that build and push; without them the first of docker, podman and buildah that is here.
    IMAGES: names of the images to build, separated by spaces; without it all of them.
    DIGESTS: file that keeps the digests of what was pushed.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    registry: str | None = None
    tag: str | None = None
    builder: str | None = None
    pusher: str | None = None
    names: Names = Field(default=frozenset(), validation_alias="IMAGES")
    digests: Path = Path(".run/images.json")
