"""What was answered a moment ago is answered again, by one question to what is behind."""

import asyncio
from contextlib import suppress

import pytest
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.functions import recent
from ahorrater.adapters.functions.traffic import PATH_TEMPLATE
from ahorrater.contracts.errors import RetryLater


class World:
    """A question that takes `took` turns of the event loop, and a clock."""

    def __init__(self, *answers):
        self.now_s, self.took, self.asked = 100.0, 3, 0
        self._answers = iter(answers)
        self.answers = recent.RecentAnswers(1.0, lambda: self.now_s)

    async def ask(self, path="/a", query=""):
        scope = {"type": "http", "method": "GET", "raw_path": path.encode(), "query_string": query.encode()}
        answer = await self.answers.answer(Request(scope), lambda: self._find(scope))
        assert scope[PATH_TEMPLATE] == "/{node}"
        return answer.body

    async def _find(self, scope):
        self.asked += 1
        scope[PATH_TEMPLATE] = "/{node}"
        for _ in range(self.took):
            await asyncio.sleep(0)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Response) else Response(answer)


def test_many_who_ask_at_once_ask_once():
    async def play():
        world = World(b"1", b"2")
        return await asyncio.gather(*(world.ask() for _ in range(50))), world.asked

    assert asyncio.run(play()) == ([b"1"] * 50, 1)


@pytest.mark.parametrize(("later_s", "answer"), [(0.999, b"1"), (1.0, b"2")])
def test_an_answer_is_given_again_for_as_long_as_told(later_s, answer):
    async def play():
        world = World(b"1", b"2")
        await world.ask()
        world.now_s += later_s
        return await world.ask()

    assert asyncio.run(play()) == answer


@pytest.mark.parametrize("turns", [0, 10])
def test_what_was_asked_before_a_change_is_not_told_after_it(turns):
    async def play():
        world = World(b"1", b"2")
        earlier = asyncio.create_task(world.ask())
        for _ in range(1 + turns):  # begun, or answered
            await asyncio.sleep(0)
        world.answers.forget()
        return await asyncio.gather(earlier, world.ask()), await world.ask()

    assert asyncio.run(play()) == ([b"1", b"2"], b"2")


def test_its_time_begins_with_the_question_not_with_the_answer():
    async def play():
        world = World(b"1", b"2")
        first = asyncio.create_task(world.ask())
        await asyncio.sleep(0)
        world.now_s += 5
        return await first, await world.ask()

    assert asyncio.run(play()) == (b"1", b"2")


def test_another_path_or_query_is_another_question():
    async def play():
        world = World(b"1", b"2", b"3")
        return [await world.ask(*question) for question in (("/a",), ("/b",), ("/a", "x=1"), ("/a",), ("/a", "x=1"))]

    assert asyncio.run(play()) == [b"1", b"2", b"3", b"1", b"3"]


def test_a_failure_is_told_to_all_who_wait_and_to_nobody_else():
    async def play():
        world = World(RetryLater("the database is away"), b"2")
        told = await asyncio.gather(*(world.ask() for _ in range(5)), return_exceptions=True)
        return [str(one) for one in told], await world.ask()

    assert asyncio.run(play()) == (["the database is away"] * 5, b"2")


def test_after_its_time_an_answer_does_not_stand_in_for_a_database_that_went_away():
    async def play():
        world = World(b"1", RetryLater("the database is away"))
        await world.ask()
        world.now_s += 1
        await world.ask()

    with pytest.raises(RetryLater):
        asyncio.run(play())


def test_only_what_is_found_is_kept():
    async def play():
        world = World(Response(b"no", 404), b"2")
        return [await world.ask(), await world.ask()]

    assert asyncio.run(play()) == [b"no", b"2"]


def test_one_who_leaves_takes_nobody_s_answer_away():
    async def play():
        world = World(b"1")
        leaving, staying = asyncio.create_task(world.ask()), asyncio.create_task(world.ask())
        await asyncio.sleep(0)
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving
        return await staying

    assert asyncio.run(play()) == b"1"


def test_what_is_kept_has_a_bound(monkeypatch):
    monkeypatch.setattr(recent, "MAX_KEPT_BYTES", 10)

    async def play():
        world = World(b"1234567", b"89abcde", b"again")
        for path in ("/a", "/b", "/a", "/b"):
            last = await world.ask(path)
        return last, world.asked

    assert asyncio.run(play()) == (b"again", 3)
