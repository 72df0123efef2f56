"""The simulated parks' settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from infra.local.parks.day import SyntheticDay
from infra.local.parks.samples import Sample
from infra.local.parks.trace import Trace, read_trace

Names = Annotated[tuple[str, ...], NoDecode]


class ParksSettings(BaseSettings):
    """Environment variables of the simulated parks.

    PARKS: the nodes that have a park, comma separated.
    MQTT_HOST, MQTT_PORT: the MQTT broker.
    PARK_PASSWORDS: JSON of node to password; a node that is not in it connects without one.
    BOOTS: folder of the boot counters.
    PEAK_POWER_W: what a panel gives at most. 60 W keep an INA219 within 26 V and 3.2 A.
    DAY_S: seconds that a synthetic day lasts: 600 shows a day in ten minutes, 86400 is real.
    DAY_START_H: the hour at which the first one starts.
    SAMPLE_PERIOD_S: seconds between samples of the synthetic day.
    SEED: another seed, other clouds.
    TRACE: CSV of measured data to replay instead.
    TRACE_COLUMNS: its columns, given to the nodes in order; the first ones otherwise.
    TRACE_FROM: the time in it to start from.
    TRACE_REPEAT: whether it starts again at its end.
    SPEED: how many times faster than measured it is replayed.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    parks: Names = ("tfgrj1", "tfgrj2", "tfgrj3")
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = Field(default=1883, ge=1, le=65535)
    park_passwords: dict[str, str] = Field(default_factory=dict, repr=False)
    boots: Path = Path(".run/boots")
    peak_power_w: float = Field(default=60, gt=0, le=62)
    day_s: float = Field(default=600, gt=0)
    day_start_h: float = Field(default=8, ge=0, lt=24)
    sample_period_s: float = Field(default=1, gt=0)
    seed: int = 2023
    trace: Path | None = None
    trace_columns: Names = ()
    trace_from: AwareDatetime | None = None
    trace_repeat: bool = True
    speed: float = Field(default=1, gt=0)

    @field_validator("parks", "trace_columns", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        return [name.strip() for name in text.split(",") if name.strip()] if isinstance(text, str) else text

    def samples(self) -> Iterator[Sample]:
        """The power to publish: the trace's, or the synthetic day's. Raises TraceError."""
        if self.trace is None:
            day = SyntheticDay(
                self.parks, self.peak_power_w, self.day_s, self.sample_period_s, self.day_start_h, self.seed
            )
            return day.samples()
        rows = read_trace(self.trace, self.parks, self.trace_columns, self.trace_from)
        return Trace(rows, self.peak_power_w, self.speed, self.trace_repeat).samples()
