"""Which database."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """DATABASE_URL: `sqlite:////absolute/path.db` or `postgresql://user:password@host:port/name`.

    It carries a password, so on a cluster it comes from a Secret.
    """

    model_config = SettingsConfigDict(env_prefix="DATABASE_", hide_input_in_errors=True)

    url: str = Field(pattern=r"^(sqlite:///|postgresql(\+psycopg)?://).+")
