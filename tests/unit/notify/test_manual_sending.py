"""What people send by hand, and what they are told of it."""

import threading

import pytest

from ahorrater.contracts.errors import Refused, RetryLater
from ahorrater.contracts.exports import DataExport, TextMessage
from ahorrater.services.notify.manual import MAX_AT_A_TIME, ManualSender
from ahorrater.services.notify.ports import ChatRefused, MessengerAway
from tests.unit.notify.notify_fakes import FakeMessenger


def draw(export):
    return f"picture of {export.title}".encode()


def sender(messenger, recipients=("1", "2"), chats=("1", "2"), note=None):
    return ManualSender(messenger, recipients, frozenset(chats), draw, note)


@pytest.mark.parametrize(("chat_id", "reached"), [(None, ["1", "2"]), (2, ["2"]), ("2", ["2"])])
def test_a_text_goes_to_the_one_who_is_named_or_to_all(chat_id, reached):
    messenger = FakeMessenger()
    delivered = sender(messenger).send_message(TextMessage(text="hola", chat_id=chat_id))
    assert messenger.sent == [(chat, "hola") for chat in reached]
    assert (delivered.sent, delivered.where, delivered.failed) == (len(reached), "telegram", ())
    assert len(delivered.references) == len(reached)


@pytest.mark.parametrize("chat_id", [3, "@somebody", "", -2])
def test_other_chats_are_refused(chat_id):
    messenger = FakeMessenger()
    with pytest.raises(Refused, match="TELEGRAM_CHATS"):
        sender(messenger).send_message(TextMessage(text="hola", chat_id=chat_id))
    assert messenger.sent == []


def test_a_named_chat_of_the_allow_list_goes_to_the_outbox_where_there_is_no_telegram():
    messenger = FakeMessenger()
    delivered = sender(messenger, recipients=("outbox",), note="no token").send_message(
        TextMessage(text="a", chat_id=1)
    )
    assert messenger.sent == [("outbox", "a")]
    assert delivered.note == "no token"


def test_a_chart_is_drawn_once_and_has_its_title_as_caption():
    messenger = FakeMessenger()
    sender(messenger).export_data(DataExport(title="power", series={"a": (1.0,)}))
    assert messenger.photos == [(chat, b"picture of power", "power") for chat in ("1", "2")]


REFUSED, AWAY = ChatRefused("kicked"), MessengerAway("no answer")


@pytest.mark.parametrize(
    ("troubles", "sent", "failed"),
    [
        ([REFUSED, None], 1, [("1", "kicked")]),
        ([None, REFUSED], 1, [("2", "kicked")]),
        ([None, AWAY], 1, [("2", "no answer")]),
    ],
)
def test_whom_it_did_not_reach_is_said(troubles, sent, failed):
    delivered = sender(FakeMessenger(troubles)).send_message(TextMessage(text="hola"))
    assert delivered.sent == sent
    assert [(one.chat_id, one.why) for one in delivered.failed] == failed


@pytest.mark.parametrize(("asked_s", "retry_after_s"), [(None, 30), (7, 7), (0.2, 1)])
def test_telegram_away_is_said_with_when_to_come_back_and_nothing_is_queued(asked_s, retry_after_s):
    messenger = FakeMessenger([MessengerAway("no answer", asked_s)])
    with pytest.raises(RetryLater, match="nothing was sent: no answer") as caught:
        sender(messenger).send_message(TextMessage(text="hola"))
    assert caught.value.retry_after_s == retry_after_s
    assert messenger.sent == []


def test_all_chats_refusing_is_a_refusal():
    with pytest.raises(Refused, match="chat 1: kicked; chat 2: kicked"):
        sender(FakeMessenger([REFUSED, REFUSED])).send_message(TextMessage(text="hola"))


def test_only_a_few_at_a_time_so_that_events_find_a_thread():
    hanging, free = threading.Semaphore(0), threading.Event()

    def hang():
        hanging.release()
        assert free.wait(20)

    messenger = FakeMessenger(during=hang)
    service = sender(messenger, recipients=("1",))
    threads = [
        threading.Thread(target=service.send_message, args=(TextMessage(text="hola"),)) for _ in range(MAX_AT_A_TIME)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert hanging.acquire(timeout=20)
    with pytest.raises(RetryLater, match="other messages"):
        service.send_message(TextMessage(text="one too many"))
    free.set()
    for thread in threads:
        thread.join(20)
    messenger.during = None
    assert service.send_message(TextMessage(text="now")).sent == 1
