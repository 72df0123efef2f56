"""Which database a function writes to, and which it reads from."""

import pytest
from pydantic import ValidationError

from ahorrater.adapters.database.settings import DatabaseSettings

WRITES, READS = "postgresql://user:secret@primary/db", "postgresql://user:secret@standby/db"


@pytest.mark.parametrize(
    ("read_url", "expected"), [(None, WRITES), ("", WRITES), (READS, READS)], ids=["unset", "empty", "standbys"]
)
def test_reads_go_to_the_standbys_where_there_are_some(
    monkeypatch: pytest.MonkeyPatch, read_url: str | None, expected: str
):
    monkeypatch.setenv("DATABASE_URL", WRITES)
    monkeypatch.delenv("DATABASE_READ_URL", raising=False)
    if read_url is not None:
        monkeypatch.setenv("DATABASE_READ_URL", read_url)
    assert DatabaseSettings().url_for_reads == expected


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_READ_URL"])
def test_another_kind_of_database_is_refused_without_showing_its_password(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("DATABASE_URL", WRITES)
    monkeypatch.setenv(name, "mysql://user:secret@host/db")
    with pytest.raises(ValidationError) as refusal:
        DatabaseSettings()
    assert "secret" not in str(refusal.value)
