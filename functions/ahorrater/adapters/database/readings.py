"""Readings and the parks' running states, in plain SQL: one statement for each step, however many readings."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from ahorrater.adapters.database.connection import FOR_UPDATE, Database, Transaction, as_json
from ahorrater.adapters.database.dead_letters import bury
from ahorrater.adapters.database.rollups import mark_late
from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.events import ParkStatus, ReadingReceived
from ahorrater.contracts.readings import Reading
from ahorrater.domain.parks import ParkState
from ahorrater.domain.samples import ParkSample
from ahorrater.domain.sky import Sky
from ahorrater.domain.trust import SPOTLESS, Doubt, Quarantine, Trust
from ahorrater.services.dead_letters import Letter
from ahorrater.services.ingest import Identity, Refusal

SKY_FORMAT = 1
_SPOTLESS = "[null,0,0,0]"
_COLUMNS = """node, boot, seq, measured_at, measured_at_receipt, received_at,
               voltage_v, current_a, power_w, battery_soc, overflow"""
# The database unpacks the batch itself: one parameter and one plan, for any number of rows.
_INSERT_READINGS = {
    "sqlite": f"""
        INSERT INTO reading ({_COLUMNS})
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
               json_extract(value, '$[3]'), json_extract(value, '$[4]'), :received_at,
               json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'),
               json_extract(value, '$[8]'), json_extract(value, '$[9]')
        FROM json_each(:rows) WHERE true
        ON CONFLICT DO NOTHING RETURNING node, boot, seq""",
    "postgresql": f"""
        INSERT INTO reading ({_COLUMNS})
        SELECT value ->> 0, (value ->> 1)::int, (value ->> 2)::bigint, (value ->> 3)::timestamptz,
               (value ->> 4)::boolean, :received_at, (value ->> 5)::float8, (value ->> 6)::float8,
               (value ->> 7)::float8, (value ->> 8)::float8, (value ->> 9)::boolean
        FROM json_array_elements(:rows)
        ON CONFLICT DO NOTHING RETURNING node, boot, seq""",
}
_STATE = "node, recent, smoothed_power_w, outlook_w, sky_slot, trust, quarantine, rolled_until"
_ELEMENTS = {
    "sqlite": "(SELECT value FROM json_each(:nodes))",
    "postgresql": "(SELECT json_array_elements_text(:nodes))",
}
_ENSURE_STATE = {
    "sqlite": "INSERT INTO park_state (node) SELECT value FROM json_each(:nodes) WHERE true ON CONFLICT DO NOTHING",
    "postgresql": "INSERT INTO park_state (node) SELECT json_array_elements_text(:nodes) ON CONFLICT DO NOTHING",
}
_SAVE_STATES = {
    "sqlite": """
        UPDATE park_state SET seen_at = json_extract(value, '$[1]'), power_w = json_extract(value, '$[2]'),
            mean_power_w = json_extract(value, '$[3]'), smoothed_power_w = json_extract(value, '$[4]'),
            mean_voltage_v = json_extract(value, '$[5]'), mean_current_a = json_extract(value, '$[6]'),
            battery_soc = json_extract(value, '$[7]'), recent = json_extract(value, '$[8]'),
            outlook_w = json_extract(value, '$[9]'), sky_slot = json_extract(value, '$[10]'),
            trust = json_extract(value, '$[11]'), quarantine = json_extract(value, '$[12]'),
            fresh = json_extract(value, '$[12]') IS NULL, battery_wh = json_extract(value, '$[13]')
        FROM json_each(:rows) WHERE node = json_extract(value, '$[0]')""",
    "postgresql": """
        UPDATE park_state SET seen_at = (value ->> 1)::timestamptz, power_w = (value ->> 2)::float8,
            mean_power_w = (value ->> 3)::float8, smoothed_power_w = (value ->> 4)::float8,
            mean_voltage_v = (value ->> 5)::float8, mean_current_a = (value ->> 6)::float8,
            battery_soc = (value ->> 7)::float8, recent = value ->> 8,
            outlook_w = (value ->> 9)::float8, sky_slot = (value ->> 10)::bigint,
            trust = value ->> 11, quarantine = value ->> 12, fresh = (value ->> 12) IS NULL,
            battery_wh = (value ->> 13)::float8
        FROM json_array_elements(:rows) WHERE node = value ->> 0""",
}
_SAVE_SKIES = {
    "sqlite": """
        INSERT INTO park_sky (node, format, sky)
        SELECT json_extract(value, '$[0]'), :format, json_extract(value, '$[1]') FROM json_each(:rows) WHERE true
        ON CONFLICT (node) DO UPDATE SET format = excluded.format, sky = excluded.sky""",
    "postgresql": """
        INSERT INTO park_sky (node, format, sky)
        SELECT value ->> 0, :format, value ->> 1 FROM json_array_elements(:rows)
        ON CONFLICT (node) DO UPDATE SET format = excluded.format, sky = excluded.sky""",
}
_SAVE_DEVICE = """
    INSERT INTO device (node, status, boot, at) VALUES (:node, :status, :boot, :at)
    ON CONFLICT (node) DO UPDATE SET status = excluded.status, boot = excluded.boot, at = excluded.at
    WHERE device.at <= excluded.at"""


class SqlReadingStore:
    """The ReadingStore of SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator["SqlReadingTransaction"]:
        """One transaction of the database."""
        with self._database.transaction() as transaction:
            yield SqlReadingTransaction(transaction)


class SqlReadingTransaction:
    """The ReadingTransaction of SQLite and PostgreSQL."""

    def __init__(self, transaction: Transaction) -> None:
        self._sql = transaction
        self._dialect = transaction.dialect
        self._inserted: Sequence[Reading] = ()

    def insert(self, readings: Sequence[Reading], received_at: datetime) -> set[Identity]:
        """One statement; the rows it returns are those that are new."""
        self._inserted = readings
        rows = as_json([self._row(reading) for reading in readings])
        parameters = {"rows": rows, "received_at": received_at}
        return {(row[0], row[1], row[2]) for row in self._sql.execute(_INSERT_READINGS[self._dialect.name], parameters)}

    def lock_states(self, nodes: Iterable[str]) -> dict[str, ParkState]:
        """Locks them in the order of their names: two transactions that want the same never wait for each other.

        What was inserted into minutes that are rolled up already is marked late while they are held.
        """
        wanted = json.dumps(sorted(nodes))
        self._sql.execute(_ENSURE_STATE[self._dialect.name], {"nodes": wanted})
        where = f"WHERE node IN {_ELEMENTS[self._dialect.name]} ORDER BY node{FOR_UPDATE[self._dialect.name]}"
        select = f"SELECT {_STATE} FROM park_state {where}"
        rows = self._sql.execute(select, {"nodes": wanted})
        self._mark_late({node: self._dialect.read_moment(until) for node, *_, until in rows if until is not None})
        return {node: _state(node, *rest) for node, *rest, _ in rows}

    def save_states(self, states: Iterable[ParkState]) -> None:
        """One statement for all of them."""
        rows = as_json([self._state_row(state) for state in states])
        self._sql.execute(_SAVE_STATES[self._dialect.name], {"rows": rows})

    def skies(self, nodes: Iterable[str]) -> dict[str, Sky]:
        """A sky of another format is begun anew."""
        wanted = sorted(nodes)
        select = f"SELECT node, sky FROM park_sky WHERE node IN {_ELEMENTS[self._dialect.name]} AND format = :format"
        rows = self._sql.execute(select, {"nodes": json.dumps(wanted), "format": SKY_FORMAT})
        return {node: Sky() for node in wanted} | {node: sky_of(sky) for node, sky in rows}

    def save_skies(self, skies: Mapping[str, Sky]) -> None:
        """One statement for all of them."""
        rows = as_json([(node, adapter_of(Sky).dump_json(sky).decode()) for node, sky in skies.items()])
        self._sql.execute(_SAVE_SKIES[self._dialect.name], {"rows": rows, "format": SKY_FORMAT})

    def worked_on(self) -> str | None:
        """As choose-node last decided."""
        rows = self._sql.execute("SELECT state FROM controller ORDER BY name LIMIT 1")
        return json.loads(rows[0][0])["chosen"] if rows else None

    def bury(self, refusals: Sequence[Refusal], event_id: str, event_source: str, received_at: datetime) -> None:
        """Each under the event's identity and its own place in it."""
        for refusal in refusals:
            letter = Letter(
                event_id, event_source, ReadingReceived.TYPE, refusal.reason, refusal.data, place=refusal.index
            )
            bury(self._sql, letter, received_at)

    def save_device(self, status: ParkStatus) -> None:
        """The newest word wins, whatever order they come in."""
        self._sql.execute(
            _SAVE_DEVICE, {"node": status.node, "status": status.status, "boot": status.boot, "at": status.at}
        )

    def _mark_late(self, rolled_until: Mapping[str, datetime]) -> None:
        dated = [(one.node, one.measured_at) for one in self._inserted if one.measured_at and one.node in rolled_until]
        mark_late(self._sql, [(node, str(self._text(at))) for node, at in dated if at < rolled_until[node]])

    def _row(self, reading: Reading) -> tuple[object, ...]:
        return (
            reading.node,
            reading.boot,
            reading.seq,
            self._text(reading.measured_at),
            reading.measured_at_receipt,
            reading.voltage_v,
            reading.current_a,
            reading.watts,
            reading.battery_soc,
            reading.overflow,
        )

    def _state_row(self, state: ParkState) -> tuple[object, ...]:
        park = state.park()
        return (
            park.node,
            self._text(park.seen_at),
            park.power_w,
            park.mean_power_w,
            park.smoothed_power_w,
            state.mean("voltage_v"),
            state.mean("current_a"),
            park.battery_soc,
            as_json([_sample_row(sample) for sample in state.recent]),
            state.outlook_w,
            state.sky_slot,
            _trust_text(state.trust),
            _quarantine_text(state.trust.quarantine),
            state.battery_wh,
        )

    def _text(self, moment: datetime | None) -> str | None:
        return None if moment is None else str(self._dialect.moment(moment))


def _sample_row(sample: ParkSample) -> tuple[object, ...]:
    return (
        sample.seen_at.timestamp(),
        sample.boot,
        sample.seq,
        sample.voltage_v,
        sample.current_a,
        sample.power_w,
        sample.battery_soc,
        sample.overflow,
    )


def _state(
    node: str, recent: str, smoothed_w: float, outlook_w: float, sky_slot: int, trust: str, quarantine: str | None
) -> ParkState:
    believed = trust_of(trust, quarantine)
    return ParkState(node, window_of(recent), smoothed_w, outlook_w=outlook_w, sky_slot=sky_slot, trust=believed)


def _trust_text(trust: Trust) -> str:
    if trust is SPOTLESS:
        return _SPOTLESS
    since = trust.same_since.timestamp() if trust.same_since else None
    return as_json((since, trust.repeats, trust.full, trust.leaps))


def _quarantine_text(quarantine: Quarantine | None) -> str | None:
    if quarantine is None:
        return None
    moments = quarantine.since.timestamp(), quarantine.last_seen_at.timestamp()
    return as_json((quarantine.doubt, quarantine.evidence, *moments))


def trust_of(trust: str, quarantine: str | None) -> Trust:
    """The trust that `park_state.trust` and `park_state.quarantine` keep."""
    if trust == _SPOTLESS and quarantine is None:
        return SPOTLESS
    since, repeats, full, leaps = json.loads(trust)
    return Trust(_moment(since) if since else None, repeats, full, leaps, quarantine_of(quarantine))


def quarantine_of(text: str | None) -> Quarantine | None:
    """The quarantine that `park_state.quarantine` keeps."""
    if text is None:
        return None
    doubt, evidence, since, last_seen_at = json.loads(text)
    return Quarantine(Doubt(doubt), evidence, _moment(since), _moment(last_seen_at))


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def sky_of(text: str) -> Sky:
    """The sky that `park_sky.sky` keeps."""
    return adapter_of(Sky).validate_json(text)  # type: ignore[no-any-return]


def window_of(recent: str) -> tuple[ParkSample, ...]:
    """The readings that `park_state.recent` keeps, oldest first."""
    return tuple(ParkSample(_moment(at), *rest) for at, *rest in json.loads(recent))
