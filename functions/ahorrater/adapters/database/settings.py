"""Which database."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DatabaseUrl = Annotated[str, Field(pattern=r"^(sqlite:///|postgresql(\+psycopg)?://).+")]


class DatabaseSettings(BaseSettings):
    """DATABASE_URL: `sqlite:////absolute/path.db` or `postgresql://user:password@host:port/name`.

    DATABASE_READ_URL: where reads may go that bear being some seconds old (fuel-query's); unset, to DATABASE_URL.
    Both carry a password, so on a cluster they come from a Secret.
    """

    model_config = SettingsConfigDict(env_prefix="DATABASE_", env_ignore_empty=True, hide_input_in_errors=True)

    url: DatabaseUrl
    read_url: DatabaseUrl | None = None

    @property
    def url_for_reads(self) -> str:
        """The standbys', where there are some."""
        return self.read_url or self.url
