"""What Alembic runs: the connection comes from `migrate`, the schema from `tables`."""

from alembic import context
from sqlmodel import SQLModel

from ahorrater.adapters.database.fuel import tables as fuel_tables  # noqa: F401 -- register the tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
