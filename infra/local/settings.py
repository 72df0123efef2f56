"""The local runner's settings."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
DAY_S = 86_400.0
Port = Annotated[int, Field(ge=1, le=65535)]


class RunnerSettings(BaseSettings):
    """Environment variables of `make up`; the functions' and the parks' own are passed on to them.

    AHORRATER_HOME: folder of the database, the logs and everything else that a run leaves.
    WIRING: folder of the manifests that are played.
    PARKS: the nodes that have a park, comma separated; the simulated cluster has these nodes.
    KUBECONFIG: a real cluster; without it one is simulated.
    SIMULATED_PARKS: false where devices of your own publish.
    TRACE, SPEED: measured data to replay instead of the synthetic day, and how many times faster.
    FUEL_SNAPSHOT: fuel prices to show, an answer of the ministry's service in a file; without it an invented sample.
    DAY_S: seconds that the synthetic day lasts.
    *_PORT: preferred ports; another one is taken where it is not free. FUNCTIONS_PORT is the first function's.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    ahorrater_home: Path = Path(".run")
    wiring: Path = ROOT / "knative" / "base"
    parks: Annotated[tuple[str, ...], NoDecode, Field(min_length=1)] = ("tfgrj1", "tfgrj2", "tfgrj3")
    kubeconfig: Path | None = None
    simulated_parks: bool = True
    trace: Path | None = None
    speed: float = Field(default=1, gt=0)
    fuel_snapshot: Path | None = None
    day_s: float = Field(default=600, gt=0)
    dashboard_port: Port = 8501
    broker_port: Port = 8080
    functions_port: Port = 8081
    mqtt_port: Port = 1883
    kube_port: Port = 16443
    metrics_port: Port = 9090

    @field_validator("parks", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        return [name.strip() for name in text.split(",") if name.strip()] if isinstance(text, str) else text

    @property
    def home(self) -> Path:
        """The home folder, absolute."""
        return self.ahorrater_home.resolve()

    @property
    def time_scale(self) -> float:
        """Real seconds that a second of the parks' day lasts; below 1 the day is accelerated."""
        return 1.0 / self.speed if self.trace else self.day_s / DAY_S
