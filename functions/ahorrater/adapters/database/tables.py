"""The schema. Alembic's migrations are derived from it and a test holds the two together."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Dialect, Float, Index, Integer, Text, desc, false, text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """timestamptz in PostgreSQL, naive UTC text in SQLite, an aware UTC datetime in Python."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """With time zone where there are some."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Towards the database."""
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(*, nullable: bool = False) -> Column[Any]:
    return Column(UtcDateTime, nullable=nullable)


# A row id that is BIGINT in PostgreSQL and SQLite's own INTEGER PRIMARY KEY.
_RowId = BigInteger().with_variant(Integer, "sqlite")


class ReadingRow(SQLModel, table=True):
    """Every reading, once. Powers in W, voltages in V, currents in A."""

    __tablename__: ClassVar[str] = "reading"
    __table_args__ = (Index("ix_reading_node_measured_at", "node", "measured_at"), {"sqlite_with_rowid": False})

    node: str = Field(primary_key=True, max_length=253)
    boot: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    measured_at: datetime = Field(sa_column=_moment())
    measured_at_receipt: bool
    received_at: datetime = Field(sa_column=_moment())
    voltage_v: float
    current_a: float
    power_w: float
    battery_soc: float | None
    overflow: bool


class ParkStateRow(SQLModel, table=True):
    """The running state of each park: the latest reading, the means of the last ones, the smoothed power, what is
    expected of it (`outlook_w`), what its battery can give above its reserve (`battery_wh`), and the last five minutes
    of the calendar that its sky has learned (`sky_slot`).

    `fresh` is cleared by the tick that finds a park silent, and by the reading after which its sensor is not believed
    (`quarantine`, a JSON list), so that the indexes behind it hold only parks that can be chosen and the best of them
    is found without looking at the others. `trust`: the sensor's counters, a JSON list.

    `rolled_until`: the park's readings measured before are in `rollup`, but for those of `late_minute`; null: none is.
    `raw_since`: its readings measured before are in `rollup` only; null: none has been deleted.
    """

    __tablename__: ClassVar[str] = "park_state"
    __table_args__ = (
        Index("ix_park_state_smoothed", "fresh", desc("smoothed_power_w"), "node"),
        Index("ix_park_state_mean", "fresh", desc("mean_power_w"), "node"),
        Index("ix_park_state_outlook", "fresh", desc("outlook_w"), "node"),
        Index("ix_park_state_battery", "fresh", desc("battery_wh"), "node"),
        Index("ix_park_state_seen", "fresh", "seen_at"),
        Index(
            "ix_park_state_quarantine",
            "seen_at",
            postgresql_where=text("quarantine IS NOT NULL"),
            sqlite_where=text("quarantine IS NOT NULL"),
        ),
    )

    node: str = Field(primary_key=True, max_length=253)
    seen_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    power_w: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    mean_power_w: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    smoothed_power_w: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    mean_voltage_v: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    mean_current_a: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    outlook_w: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    sky_slot: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    battery_soc: float | None = None
    battery_wh: float = Field(default=0.0, sa_column=Column(Float, nullable=False, server_default=text("0")))
    fresh: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    recent: str = Field(default="[]", sa_column=Column(Text, nullable=False, server_default=text("'[]'")))
    trust: str = Field(
        default="[null,0,0,0]", sa_column=Column(Text, nullable=False, server_default=text("'[null,0,0,0]'"))
    )
    quarantine: str | None = Field(default=None, sa_type=Text)
    rolled_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    raw_since: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class RollupRow(SQLModel, table=True):
    """The readings of one park in the minute or hour (`step_s` 60 or 3600) that begins `at`: how many, and their means.

    An hour's `battery_soc` is the mean of its minutes that have one, each with the weight of its readings.
    """

    __tablename__: ClassVar[str] = "rollup"
    __table_args__ = ({"sqlite_with_rowid": False},)

    node: str = Field(primary_key=True, max_length=253)
    step_s: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    readings: int = Field(sa_type=BigInteger)
    power_w: float
    power_min_w: float
    power_max_w: float
    voltage_v: float
    current_a: float
    battery_soc: float | None


class LateMinuteRow(SQLModel, table=True):
    """A minute whose readings came in part after it was rolled up: it is to be rolled up again."""

    __tablename__: ClassVar[str] = "late_minute"
    __table_args__ = ({"sqlite_with_rowid": False},)

    node: str = Field(primary_key=True, max_length=253)
    at: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))


class ParkSkyRow(SQLModel, table=True):
    """What each park's sky has taught, as JSON of format `format`. A row apart: it is some 2 kB and changes once in
    five minutes, the running state with every reading.
    """

    __tablename__: ClassVar[str] = "park_sky"

    node: str = Field(primary_key=True, max_length=253)
    format: int
    sky: str = Field(sa_type=Text)


class DeviceRow(SQLModel, table=True):
    """What each park's device last said of itself."""

    __tablename__: ClassVar[str] = "device"

    node: str = Field(primary_key=True, max_length=253)
    status: str
    boot: int = Field(sa_type=Integer)
    at: datetime = Field(sa_column=_moment())


class ControllerRow(SQLModel, table=True):
    """What choose-node remembers, as JSON of format `format`; `version` makes every write a compare-and-swap."""

    __tablename__: ClassVar[str] = "controller"

    name: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    format: int
    state: str = Field(sa_type=Text)


_UNSETTLED = "realised_gain_wh IS NULL AND gain_until IS NOT NULL AND applied_at IS NOT NULL"


class DecisionRow(SQLModel, table=True):
    """The decisions ledger. Alike decisions not to move, one after another, are one row: `repeats` of them, the newest
    telling reason and numbers.

    Of a move: `applied_at`, when relabel said that the work is there; null where it never was (recommended, vetoed,
    failed). `expected_gain_wh`, what it was expected to bring until `gain_until`, its cost taken off; and, if it was
    carried out, `realised_gain_wh`, what it did bring in as much time, or until the next move.
    """

    __tablename__: ClassVar[str] = "decision"
    __table_args__ = (
        Index("ix_decision_cause", "cause", unique=True, postgresql_where=text("moved"), sqlite_where=text("moved")),
        Index("ix_decision_moved", "epoch", postgresql_where=text("moved"), sqlite_where=text("moved")),
        Index("ix_decision_unsettled", "epoch", postgresql_where=text(_UNSETTLED), sqlite_where=text(_UNSETTLED)),
    )

    id: int | None = Field(default=None, sa_column=Column(_RowId, primary_key=True, autoincrement=True))
    epoch: int = Field(sa_type=BigInteger)
    decided_at: datetime = Field(sa_column=_moment())
    last_at: datetime = Field(sa_column=_moment())
    repeats: int = Field(sa_type=BigInteger)
    policy: str
    chosen: str | None
    previous: str | None
    moved: bool
    reason: str
    sentence: str
    parks: str = Field(sa_type=Text)
    pending: str | None = Field(sa_type=Text)
    cause: str
    expected_gain_wh: float | None = None
    gain_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    realised_gain_wh: float | None = None
    applied_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    also: str | None = Field(default=None, sa_type=Text)


class MoveRow(SQLModel, table=True):
    """The moves ledger: what relabel did, each once (`cause`: the event that told of it)."""

    __tablename__: ClassVar[str] = "move"
    __table_args__ = (Index("ix_move_cause", "cause", unique=True), Index("ix_move_at", "at"))

    id: int | None = Field(default=None, sa_column=Column(_RowId, primary_key=True, autoincrement=True))
    cause: str
    epoch: int = Field(sa_type=BigInteger)
    node: str = Field(max_length=253)
    previous: str | None = Field(max_length=253)
    at: datetime = Field(sa_column=_moment())
    duration_s: float | None
    pods_moved: int | None
    outcome: str
    why: str | None = Field(sa_type=Text)
    workloads: str = Field(sa_type=Text)
    also: str | None = Field(default=None, sa_type=Text)


class ParkHealthRow(SQLModel, table=True):
    """What the daily look at each panel found."""

    __tablename__: ClassVar[str] = "park_health"

    node: str = Field(primary_key=True, max_length=253)
    flag: str
    evidence: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_moment())


class DeadLetterRow(SQLModel, table=True):
    """What could not be taken, whole, with its reason."""

    __tablename__: ClassVar[str] = "dead_letter"
    __table_args__ = (Index("ix_dead_letter_identity", "event_source", "event_id", "place", unique=True),)

    id: int | None = Field(default=None, sa_column=Column(_RowId, primary_key=True, autoincrement=True))
    received_at: datetime = Field(sa_column=_moment())
    event_id: str
    event_source: str
    event_type: str
    place: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    reason: str
    data: str = Field(sa_type=Text)


class ToldRow(SQLModel, table=True):
    """What people were told last about each topic, so that nobody hears it twice."""

    __tablename__: ClassVar[str] = "told"

    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_moment())


class OutboxRow(SQLModel, table=True):
    """News that is still to be told: one row for a chat and a topic, the newest standing for all (`times`)."""

    __tablename__: ClassVar[str] = "outbox"

    chat: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    news: str = Field(sa_type=Text)
    times: int
    since: datetime = Field(sa_column=_moment())
    latest: datetime = Field(sa_column=_moment())
    claimed_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class BotUpdateRow(SQLModel, table=True):
    """What Telegram told the bot, so that nothing is answered twice; kept for as long as Telegram repeats itself."""

    __tablename__: ClassVar[str] = "bot_update"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    claimed_until: datetime = Field(sa_column=_moment())
    attempts: int
    done: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class BotChatRow(SQLModel, table=True):
    """The language that a chat has chosen."""

    __tablename__: ClassVar[str] = "bot_chat"

    chat: str = Field(primary_key=True)
    language: str
