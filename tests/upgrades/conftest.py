"""Real databases, as in tests/integration."""

from tests.integration.conftest import database_url, postgresql

__all__ = ["database_url", "postgresql"]
