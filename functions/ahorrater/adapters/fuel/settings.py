"""The settings of everything that has to do with fuel prices."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.services.fuel.load import LoadPolicy

FEED_URL = "https://sedeaplicaciones.minetur.gob.es/ServiciosRESTCarburantes/PreciosCarburantes/"


class FeedSettings(BaseSettings):
    """FUEL_FEED_URL: root of the ministry's service; empty: there is no feed here, and nothing is fetched.
    FUEL_TIMEOUT_S: how long the service may be silent, s; it is known to think for half a minute.
    FUEL_DEADLINE_S: how long one answer may take in all, s; a body that trickles is given up.
    FUEL_PAUSE_S: least pause between two requests, s; up to three times as long at random. 1 to 3 s is the custom.
    FUEL_RETRIES: how often 429, 502, 503, 504 and broken connections are tried again, the pause doubling.
    FUEL_MINIMUM_SHARE: a snapshot with fewer stations than this share of those listed before is refused as cut.
    """

    model_config = SettingsConfigDict(env_prefix="FUEL_")

    feed_url: str = Field(default=FEED_URL, pattern=r"^(https?://.+)?$")
    timeout_s: float = Field(default=60, gt=0)
    deadline_s: float = Field(default=180, gt=0)
    pause_s: float = Field(default=1, ge=0)
    retries: int = Field(default=4, ge=0, le=20)
    minimum_share: float = Field(default=0.5, ge=0, le=1)

    def policy(self) -> LoadPolicy:
        """The part that concerns loading."""
        return LoadPolicy(self.minimum_share)


class QuerySettings(BaseSettings):
    """FUEL_CHECK_S: how often, at most, the version of the prices is looked up, s; the load's event comes sooner.
    FUEL_CACHE_BYTES: answers kept ready, bytes; the oldest go first.
    FUEL_MAX_AGE_S: how long clients may keep an answer, s; prices change every half hour.
    FUEL_MISSING_DAYS: a station that the feed has not listed for so long no longer counts as cheapest or nearest. It
    is not closed for that: hundreds drop out of the list and come back the next day.
    """

    model_config = SettingsConfigDict(env_prefix="FUEL_")

    check_s: float = Field(default=5, gt=0)
    cache_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    max_age_s: int = Field(default=60, ge=0)
    missing_days: int = Field(default=7, ge=0)
