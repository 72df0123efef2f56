"""What the bot remembers: the fake of the unit tests, SQLite and PostgreSQL behave alike."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from ahorrater.adapters.database.bot import KEPT, MAX_ATTEMPTS, SqlLanguages, SqlUpdates
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.migrate import migrate
from ahorrater.domain.wording import Language
from ahorrater.services.bot.ports import Turn
from tests.unit.bot.bot_fakes import NOON, FakeMemory

LEASE = timedelta(seconds=60)
Open = Callable[[], tuple[Any, Any]]


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def open_memory(request: pytest.FixtureRequest, tmp_path) -> Iterator[Open]:
    """Opens the same memory again, as the next process does: updates and languages."""
    if request.param == "fake":
        memory = FakeMemory()
        yield lambda: (memory, memory)
        return
    databases: list[Database] = []

    def connect(url: str) -> tuple[SqlUpdates, SqlLanguages]:
        databases.append(Database(url))
        return SqlUpdates(databases[-1]), SqlLanguages(databases[-1])

    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/ahorrater.db"
        migrate(url)
        yield lambda: connect(url)
    else:
        with request.getfixturevalue("postgresql").database() as url:
            migrate(url)
            yield lambda: connect(url)
            for database in databases:
                database.close()


def claim(open_memory: Open, update: int = 2**40, now=NOON) -> Turn:
    updates, _ = open_memory()
    return updates.claim(update, now, now + LEASE)


def test_an_update_is_ours_until_the_lease_ends(open_memory):
    assert claim(open_memory) is Turn.OURS
    assert claim(open_memory, now=NOON + LEASE - timedelta(microseconds=1)) is Turn.BUSY
    assert claim(open_memory, now=NOON + LEASE) is Turn.OURS
    assert claim(open_memory, update=1) is Turn.OURS


def test_of_many_who_claim_at_once_one_gets_it(open_memory):
    claiming = [open_memory()[0] for _ in range(6)]
    with ThreadPoolExecutor(len(claiming)) as pool:
        turns = list(pool.map(lambda updates: updates.claim(7, NOON, NOON + LEASE), claiming))
    assert sorted(turns) == [Turn.BUSY] * 5 + [Turn.OURS]


def test_what_is_finished_is_done_for_good(open_memory):
    claim(open_memory)
    open_memory()[0].finish(2**40, NOON)
    assert claim(open_memory) is Turn.DONE
    assert claim(open_memory, now=NOON + 2 * LEASE) is Turn.DONE


def test_what_is_released_is_anybodys(open_memory):
    claim(open_memory)
    open_memory()[0].release(2**40, NOON)
    assert claim(open_memory) is Turn.OURS


def test_what_was_tried_too_often_is_given_up(open_memory):
    moments = [NOON + number * LEASE for number in range(MAX_ATTEMPTS + 1)]
    turns = [claim(open_memory, now=moment) for moment in moments]
    assert turns == [Turn.OURS] * MAX_ATTEMPTS + [Turn.GIVEN_UP]


def test_languages_are_kept_for_each_chat(open_memory):
    for language in (Language.ENGLISH, Language.SPANISH):
        open_memory()[1].choose_language("11", language)
    open_memory()[1].choose_language("-100", Language.ENGLISH)
    _, languages = open_memory()
    assert [languages.language(chat) for chat in ("11", "-100", "12")] == [Language.SPANISH, Language.ENGLISH, None]


def test_old_updates_are_forgotten(tmp_path):
    url = f"sqlite:///{tmp_path}/ahorrater.db"
    migrate(url)
    database = Database(url)
    updates = SqlUpdates(database)
    for number in range(10):
        updates.claim(number, NOON, NOON)
    updates.claim(99, NOON + KEPT, NOON + KEPT)
    updates.finish(99, NOON + KEPT + timedelta(seconds=1))
    with database.transaction() as transaction:
        assert transaction.execute("SELECT id FROM bot_update") == [(99,)]
    database.close()
