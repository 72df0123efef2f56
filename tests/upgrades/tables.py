"""A database's tables as data, so that those of two versions can be compared."""

from typing import Any

from sqlalchemy import Engine, Inspector, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

VERSION_TABLE = "alembic_version"


def described(engine: Engine) -> dict[str, Any]:
    """Name -> columns, primary key, and what must be unique or must exist elsewhere."""
    inspector = inspect(engine)
    return {name: _table(inspector, name) for name in sorted(inspector.get_table_names()) if name != VERSION_TABLE}


def _table(inspector: Inspector, name: str) -> dict[str, Any]:
    unique = [one["column_names"] for one in inspector.get_indexes(name) if one["unique"]]
    unique += [one["column_names"] for one in inspector.get_unique_constraints(name)]
    return {
        "columns": {column["name"]: _column(column) for column in inspector.get_columns(name)},
        "primary_key": inspector.get_pk_constraint(name)["constrained_columns"],
        "unique": sorted(map(list, {tuple(map(str, columns)) for columns in unique})),
        "foreign_keys": sorted(
            [*key["constrained_columns"], key["referred_table"]] for key in inspector.get_foreign_keys(name)
        ),
        "checks": sorted(str(check["name"]) for check in inspector.get_check_constraints(name)),
    }


def _column(column: ReflectedColumn) -> dict[str, Any]:
    may_be_left_out = column["nullable"] or column["default"] is not None or bool(column.get("autoincrement") is True)
    return {"type": str(column["type"]), "nullable": column["nullable"], "may_be_left_out": may_be_left_out}
