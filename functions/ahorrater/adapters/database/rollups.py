"""Readings become minute and hour means, and are deleted when they are old, in plain SQL.

Every step is one transaction that holds the row of the park in `park_state`, as the one that stores readings does: a
reading is either there when its minute is rolled up, or finds it rolled up and marks it late.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ahorrater.adapters.database.connection import FOR_UPDATE, Database, Transaction, as_json
from ahorrater.services.retention import Step

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BEGINNING = datetime.min.replace(tzinfo=UTC)
LATE_MINUTES = 50
"""Minutes that one transaction rolls up again: no more than so many are found together in one look."""
_NODES = "SELECT node FROM park_state ORDER BY node"
_STATE = "SELECT rolled_until, raw_since FROM park_state WHERE node = :node"
_OLDEST = """
    SELECT measured_at FROM reading WHERE node = :node AND measured_at >= :since AND measured_at < :until
    ORDER BY measured_at LIMIT 1 OFFSET :skip"""
_BEGIN = {
    ("sqlite", 60): "substr({at}, 1, 16) || ':00.000000'",
    ("sqlite", 3600): "substr({at}, 1, 13) || ':00:00.000000'",
    ("postgresql", 60): "date_trunc('minute', {at})",
    ("postgresql", 3600): "date_trunc('hour', {at})",
}
# A minute's readings only ever become more until all of them are deleted at once: whoever counts no more than is known
# either repeats it or sees what is left, and changes nothing.
_KEEP_THE_FULLER = """
    ON CONFLICT (node, step_s, at) DO UPDATE SET readings = excluded.readings, power_w = excluded.power_w,
        power_min_w = excluded.power_min_w, power_max_w = excluded.power_max_w, voltage_v = excluded.voltage_v,
        current_a = excluded.current_a, battery_soc = excluded.battery_soc
    WHERE excluded.readings > rollup.readings"""
_ROLL_MINUTES = """
    INSERT INTO rollup
        (node, step_s, at, readings, power_w, power_min_w, power_max_w, voltage_v, current_a, battery_soc)
    SELECT node, 60, {begin}, count(*), avg(power_w), min(power_w), max(power_w), avg(voltage_v), avg(current_a),
           avg(battery_soc)
    FROM reading WHERE node = :node AND measured_at >= :since AND measured_at < :until GROUP BY node, {begin}"""
_ROLL_HOURS = """
    INSERT INTO rollup
        (node, step_s, at, readings, power_w, power_min_w, power_max_w, voltage_v, current_a, battery_soc)
    SELECT node, 3600, {begin}, sum(readings), sum(power_w * readings) / sum(readings), min(power_min_w),
           max(power_max_w), sum(voltage_v * readings) / sum(readings), sum(current_a * readings) / sum(readings),
           sum(battery_soc * readings) / sum(CASE WHEN battery_soc IS NULL THEN 0 ELSE readings END)
    FROM rollup WHERE node = :node AND step_s = 60 AND at >= :since AND at < :until GROUP BY node, {begin}"""
_LATE = "SELECT at FROM late_minute WHERE node = :node ORDER BY at LIMIT :limit"
_FORGET_LATE = "DELETE FROM late_minute WHERE node = :node AND at >= :since AND at < :until"
_MARK_LATE = {
    "sqlite": """
        INSERT INTO late_minute (node, at)
        SELECT DISTINCT json_extract(value, '$[0]'), {begin} FROM json_each(:rows) WHERE true ON CONFLICT DO NOTHING""",
    "postgresql": """
        INSERT INTO late_minute (node, at)
        SELECT DISTINCT value ->> 0, {begin} FROM json_array_elements(:rows) ON CONFLICT DO NOTHING""",
}
_MEASURED = {"sqlite": "json_extract(value, '$[1]')", "postgresql": "(value ->> 1)::timestamptz"}
_DELETE = "DELETE FROM reading WHERE node = :node AND measured_at < :until"
_ROLLED = "UPDATE park_state SET rolled_until = :until WHERE node = :node"
_DELETED = "UPDATE park_state SET raw_since = :until WHERE node = :node"


def mark_late(sql: Transaction, readings: Iterable[tuple[str, str]]) -> None:
    """Has the minutes of these readings, each a node and `measured_at` as text, rolled up again."""
    rows, dialect = list(readings), sql.dialect.name
    if rows:
        begin = _BEGIN[dialect, 60].format(at=_MEASURED[dialect])
        sql.execute(_MARK_LATE[dialect].format(begin=begin), {"rows": as_json(rows)})


class SqlRollups:
    """The Rollups of SQLite and PostgreSQL. `batch`: readings that one transaction takes, a minute's at the least."""

    def __init__(self, database: Database, batch: int) -> None:
        self._database, self._batch = database, batch

    def nodes(self) -> list[str]:
        """By name."""
        with self._database.transaction() as sql:
            return [node for (node,) in sql.execute(_NODES)]

    def roll_up(self, node: str, until: datetime) -> Step:
        """From where the last one ended."""
        with self._database.transaction() as sql:
            park = _Park(sql, node)
            since = park.rolled_until or BEGINNING
            if since >= until:
                return Step(more=False)
            end = park.end_of_batch(since, until, self._batch)
            park.roll_up(since, end)
            sql.execute(_ROLLED, {"node": node, "until": end})
            return Step(more=end < until)

    def roll_up_late(self, node: str) -> Step:
        """The oldest marks first."""
        with self._database.transaction() as sql:
            park = _Park(sql, node)
            minutes = [park.read(at) for (at,) in sql.execute(_LATE, {"node": node, "limit": LATE_MINUTES})]
            for minute in minutes:
                park.roll_up(minute, minute + MINUTE)
            return Step(more=len(minutes) == LATE_MINUTES)

    def delete(self, node: str, before: datetime) -> Step:
        """Rolls up once more what it deletes: whatever was not marked is in the means before its readings go."""
        with self._database.transaction() as sql:
            park = _Park(sql, node)
            until = min(before, park.rolled_until or BEGINNING)
            oldest = park.reading(BEGINNING, until)
            if oldest is None:
                return Step(more=False)
            end = park.end_of_batch(oldest, until, self._batch)
            park.roll_up(_minute(oldest), end)
            sql.execute(_DELETE, {"node": node, "until": end})
            deleted = sql.changed
            sql.execute(_DELETED, {"node": node, "until": max(end, park.raw_since or end)})
            return Step(more=end < until, deleted=deleted)


class _Park:
    """One park, its row held until the transaction ends."""

    def __init__(self, sql: Transaction, node: str) -> None:
        self._sql, self._node, self._dialect = sql, node, sql.dialect.name
        self.read = sql.dialect.read_moment
        state = f"{_STATE}{FOR_UPDATE[self._dialect]}"
        ((rolled_until, raw_since),) = sql.execute(state, {"node": node}) or [(None, None)]
        self.rolled_until = None if rolled_until is None else self.read(rolled_until)
        self.raw_since = None if raw_since is None else self.read(raw_since)

    def reading(self, since: datetime, until: datetime, skip: int = 0) -> datetime | None:
        """When the oldest reading of an interval, or the one so many after it, was measured."""
        parameters = {"node": self._node, "since": since, "until": until, "skip": skip}
        rows = self._sql.execute(_OLDEST, parameters)
        return self.read(rows[0][0]) if rows else None

    def end_of_batch(self, since: datetime, until: datetime, batch: int) -> datetime:
        """The end of the last whole minute within `batch` readings; of the first minute, if that has more."""
        oldest, beyond = self.reading(since, until), self.reading(since, until, batch)
        return until if oldest is None or beyond is None else max(_minute(beyond), _minute(oldest) + MINUTE)

    def roll_up(self, since: datetime, until: datetime) -> None:
        """The minutes of an interval of whole minutes, and the hours that they are in."""
        self._roll(_ROLL_MINUTES, 60, "measured_at", since, until)
        self._roll(_ROLL_HOURS, 3600, "at", _hour(since), _hour(until - MINUTE) + HOUR)
        self._sql.execute(_FORGET_LATE, {"node": self._node, "since": since, "until": until})

    def _roll(self, statement: str, step_s: int, column: str, since: datetime, until: datetime) -> None:
        begin = _BEGIN[self._dialect, step_s].format(at=column)
        where = {"node": self._node, "since": since, "until": until}
        self._sql.execute(statement.format(begin=begin) + _KEEP_THE_FULLER, where)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
