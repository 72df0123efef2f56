"""The settings of retention."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.services.retention import RetentionPolicy

RAW_DAYS = 30.0
LEAST_RAW_DAYS = 2.0
"""ingest-reading refuses what is a day younger than what is deleted; a day is left to come late in."""
LEAST_LEDGER_DAYS = 40.0
"""Accounts look back by 31 days."""
LEAST_DEAD_LETTER_DAYS = 30.0
"""Nobody looks every day."""


class RetentionSettings(BaseSettings):
    """RETENTION_RAW_DAYS: days that readings are kept; then only their minute and hour means are left. A month: panels
    are judged by the last four weeks, and devices that were cut off for a week still find their earlier readings.

    RETENTION_LEDGER_DAYS: days that decisions and moves are kept: a year, and the month that it is compared with.
    Accounts of earlier days no longer know where the work was.
    RETENTION_DEAD_LETTER_DAYS: days that dead letters are kept: half a year, so that somebody has seen them.
    RETENTION_SETTLE_S: how old a reading is when it is rolled up, s: most that were buffered have come by then.
    RETENTION_PATIENCE_S: what one run may last, s; the broker waits for 600.
    RETENTION_BATCH: readings or records of one transaction: nobody waits for the database longer than these take.
    """

    model_config = SettingsConfigDict(env_prefix="RETENTION_", env_ignore_empty=True)

    raw_days: float = Field(default=RAW_DAYS, ge=LEAST_RAW_DAYS)
    ledger_days: float = Field(default=400, ge=LEAST_LEDGER_DAYS)
    dead_letter_days: float = Field(default=180, ge=LEAST_DEAD_LETTER_DAYS)
    settle_s: float = Field(default=600, ge=0)
    patience_s: float = Field(default=300, gt=0)
    batch: int = Field(default=5_000, ge=1)

    def policy(self) -> RetentionPolicy:
        """The same, as the service wants it."""
        return RetentionPolicy(
            raw=timedelta(days=self.raw_days),
            ledgers=timedelta(days=self.ledger_days),
            dead_letters=timedelta(days=self.dead_letter_days),
            settle=timedelta(seconds=self.settle_s),
            patience=timedelta(seconds=self.patience_s),
        )
