"""The settings of everything that is done to a cluster."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "ahorrater"


def _names(text: object) -> object:
    return [name.strip() for name in text.split(",") if name.strip()] if isinstance(text, str) else text


def _pairs(text: object) -> object:
    return dict(pair.partition("=")[::2] for pair in text.split()) if isinstance(text, str) else text


class DeploySettings(BaseSettings):
    """Environment variables of everything that is done to a cluster.

    KUBECONFIG: the cluster; without it what kubectl uses.
    REGISTRY: host:port where `make images` pushed.
    OVERLAY: `dev`, `production`, `knative-less`, or the path of an overlay of your own.
    PARKS: the nodes that have a solar park, comma separated; without it all nodes that take ordinary pods.
    SETTINGS: settings of the functions that differ from the overlay's, as `NAME=value NAME=value`.
    MIRROR: registry and path where images that are not ours (postgres, eclipse-mosquitto) come from, for clusters that
        do not reach the usual ones.
    DIGESTS: file that keeps the digests of what was pushed.
    KEEP_DATA: `make undeploy` leaves the volumes' data where it is.
    READY_TIMEOUT_S: how long to wait for everything to become ready, s; the first time images are pulled.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    kubeconfig: Path | None = None
    registry: str | None = None
    overlay: str = "dev"
    parks: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ()
    settings: Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)] = Field(default_factory=dict)
    mirror: str | None = None
    digests: Path = Path(".run/images.json")
    keep_data: bool = False
    ready_timeout_s: float = Field(default=600, gt=0)

    @property
    def overlay_folder(self) -> Path:
        """Where the overlay's kustomization is."""
        own = ROOT / "knative" / "overlays" / self.overlay
        return own if own.is_dir() else Path(self.overlay).resolve()


class TelegramSettings(BaseSettings):
    """TELEGRAM_TOKEN, TELEGRAM_CHATS, TELEGRAM_OPERATORS: the bot, whom it tells, and who may change things (without it
    all of them). Given once, they are kept in the cluster's Secret.
    """

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_", env_ignore_empty=True)

    token: str | None = None
    chats: str | None = None
    operators: str | None = None
