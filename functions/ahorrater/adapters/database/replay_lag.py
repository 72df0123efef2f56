"""How far behind its primary a PostgreSQL standby is."""

from ahorrater.adapters.database.connection import Database

_LAG = """
    SELECT CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp()) ELSE 0 END"""


def replay_lag_s(database: Database) -> float | None:
    """Seconds since the commit of the last transaction that was replayed: what is written every second (ours: readings
    and decisions) is missing for so long. None in SQLite, which has no standbys. Raises RetryLater while it is away.
    """
    if database.dialect.name != "postgresql":
        return None
    with database.transaction() as sql:
        ((lag_s,),) = sql.execute(_LAG)
    return None if lag_s is None else max(0.0, float(lag_s))
