"""Telegram's updates: who is heard, and that each is answered once whatever happens."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from ahorrater.contracts.errors import RetryLater
from ahorrater.contracts.telegram import Update
from ahorrater.services.bot.conversation import MAX_CAPTION_UNITS
from ahorrater.services.bot.updates import LEASE, Guests, Outcome, UpdateDesk, heard_in
from ahorrater.services.notify.ports import ChatRefused, MessengerAway
from tests.unit.bot.bot_fakes import FakeChats, World, history


class Desk(World):
    """An UpdateDesk with its surroundings; chats 11 and -100 are admitted, person 7 may change things."""

    def __init__(self, operators: frozenset[str] = frozenset({"11", "7"})) -> None:
        super().__init__()
        self.chats, self.outcomes = FakeChats(), []
        guests = Guests(frozenset({"11", "-100"}), operators)
        self.desk = UpdateDesk(guests, self.conversation, self.memory, self.chats, self.clock, self.outcomes.append)

    def take(self, update: dict[str, object]) -> Outcome:
        self.desk.take(Update.model_validate(update))
        return self.outcomes[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def user(number: int) -> dict:
    return {"id": number, "is_bot": False, "first_name": "Ana"}


def said(text: str | None = "/sunny", number: int = 1, chat: int = 11, sender: int = 11, **facts: object) -> dict:
    kind = "private" if chat > 0 else "group"
    message = {"message_id": 5, "date": 1, "chat": {"id": chat, "type": kind}, "from": user(sender)}
    return {"update_id": number, "message": {**message, **({"text": text} if text else {}), **facts}}


def pressed(command: str | None, number: int = 1, chat: int = 11, sender: int = 11) -> dict:
    message = {"message_id": 5, "date": 0, "chat": {"id": chat, "type": "private"}}
    query = {"id": "q1", "from": user(sender), "chat_instance": "1", "message": message}
    return {"update_id": number, "callback_query": {**query, **({"data": command} if command else {})}}


def test_a_question_is_answered_where_it_was_asked(desk):
    assert desk.take(said(chat=-100)) is Outcome.ANSWERED
    assert [chat for chat, _ in desk.chats.texts] == ["-100"]


def test_a_picture_goes_with_its_caption(desk):
    desk.energy.known_histories = [history("a", 1)]
    desk.take(said("/chart"))
    ((chat, png, caption),) = desk.chats.photos
    assert (chat, png) == ("11", b"PNG")
    assert len(caption) <= MAX_CAPTION_UNITS


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "edited_message": said()["message"]},
        {"update_id": 1, "channel_post": said()["message"]},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 11}, "text": "/sunny"}},
        said("/sunny", **{"from": {"id": 11, "is_bot": True}}),
        said(None, sticker={}),
        said("talk among people", chat=-100),
        pressed(None),
        {"update_id": 1, "callback_query": {"id": "q", "from": {"id": 11}, "data": "/pause now"}},
    ],
)
def test_where_nobody_asks_nothing_is_said(desk, update):
    assert desk.take(update) is Outcome.NOTHING_ASKED
    assert desk.chats == FakeChats()


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": "one"},
        {"update_id": -1},
        {"update_id": 1, "message": {"message_id": 1}},
        {"update_id": 1, "message": 7},
        said(location={"latitude": 91, "longitude": 0}),
        {"update_id": 2**60},
    ],
)
def test_what_is_no_update_is_refused(update):
    with pytest.raises(ValidationError):
        Update.model_validate(update)


@pytest.mark.parametrize("update", [said(chat=12), said("/pause now", chat=12), pressed("/pause now", chat=12)])
def test_strangers_are_ignored_and_counted(desk, update, caplog):
    assert desk.take(update) is Outcome.STRANGER
    assert (desk.chats, desk.relabel.orders, desk.memory.rows) == (FakeChats(), [], {})
    assert "/pause" not in caplog.text


@pytest.mark.parametrize(("chat", "sender", "may"), [(11, 11, True), (11, 8, True), (-100, 7, True), (-100, 8, False)])
@pytest.mark.parametrize("make", [said, pressed])
def test_operators_are_chats_or_people(desk, chat, sender, may, make):
    desk.take(make("/pause now", chat=chat, sender=sender))
    assert desk.relabel.orders == (["pause"] if may else [])


def test_a_button_is_a_command_and_is_pressed_once(desk):
    desk.relabel.recommend(8, "a")
    assert desk.take(pressed("/approve 8")) is Outcome.ANSWERED
    assert desk.relabel.orders == ["approve 8"]
    assert (desk.chats.acknowledged, desk.chats.without_buttons) == (["q1"], [("11", 5)])


def test_a_location_is_a_question(desk):
    assert desk.take(said(None, location={"latitude": 40.3, "longitude": -1.1})) is Outcome.ANSWERED
    assert desk.fuel.asked[0] == ("gasoleoa", 40.3, -1.1)


def test_an_update_is_answered_once(desk):
    assert [desk.take(said(number=9)) for _ in range(3)] == [Outcome.ANSWERED, Outcome.REPEATED, Outcome.REPEATED]
    assert len(desk.chats.texts) == 1
    assert desk.take(said(number=10)) is Outcome.ANSWERED


def test_an_update_that_another_process_answers_is_for_later(desk):
    desk.memory.claim(9, desk.now, desk.now + LEASE)
    with pytest.raises(RetryLater):
        desk.take(said(number=9))
    assert desk.outcomes == [Outcome.LATER]
    desk.now += LEASE
    assert desk.take(said(number=9)) is Outcome.ANSWERED


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, 5), (7.2, 8), (0.0, 0)])
def test_telegram_being_away_loses_no_answer(desk, asked_s, wait_s):
    desk.chats.troubles = [MessengerAway("away", asked_s), None]
    with pytest.raises(RetryLater) as later:
        desk.take(said(number=9))
    assert later.value.retry_after_s == wait_s
    assert desk.take(said(number=9)) is Outcome.ANSWERED


def test_a_chat_that_refuses_is_not_tried_again(desk):
    desk.chats.troubles = [ChatRefused("kicked")]
    assert desk.take(said(number=9)) is Outcome.REFUSED
    assert desk.take(said(number=9)) is Outcome.REPEATED


def test_an_answer_that_never_gets_through_is_given_up(desk):
    desk.chats.troubles = [MessengerAway("away")] * 10
    outcomes = []
    for _ in range(7):
        try:
            outcomes.append(desk.take(said(number=9)))
        except RetryLater:
            outcomes.append(Outcome.LATER)
        desk.now += timedelta(minutes=2)
    assert outcomes == [Outcome.LATER] * 5 + [Outcome.GIVEN_UP, Outcome.REPEATED]


def test_without_a_memory_nothing_is_answered_twice_for_nothing_is_answered(desk):
    desk.memory.away = True
    with pytest.raises(RetryLater):
        desk.take(said())
    assert desk.chats == FakeChats()


def test_what_was_pressed_counts_and_not_the_message_it_was_under():
    heard = heard_in(Update.model_validate(pressed("/veto 3", sender=7)))
    assert heard is not None
    assert (heard.text, heard.sender.id, heard.chat) == ("/veto 3", 7, "11")
