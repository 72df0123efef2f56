"""Settings of energy-query."""

from pydantic import Field
from pydantic_settings import BaseSettings


class EnergyQuerySettings(BaseSettings):
    """How fresh answers are.

    ENERGY_QUERY_TTL_S: seconds an answer is given again, so that many viewers ask the database no more than one does;
        below the second in which readings come. Ages in it are those at the end of that time. 0 asks each time.
    """

    energy_query_ttl_s: float = Field(default=0.5, ge=0, le=60)
