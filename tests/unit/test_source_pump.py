"""The pump: order, acknowledgement only after acceptance, retries, refused batches, the end."""

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorrater.contracts.events import MAX_READINGS
from ahorrater.services.source.inbox import Inbox
from ahorrater.services.source.messages import Cause, Message, Receipt
from ahorrater.services.source.pump import Answer, Stopped, Verdict
from tests.unit.source_fakes import Bench, FakePause, FakeSink, identities, message

STATUS_TOPIC = "ahorrater/v1/worker-1/status"


def status(mid: int, state: str, boot: int = 1):
    return message(mid, f'{{"status": "{state}", "boot": {boot}}}'.encode(), topic=STATUS_TOPIC)


def test_a_batch_is_one_event_and_is_acknowledged_in_order():
    bench = Bench()
    asyncio.run(bench.pump.deliver([message(mid) for mid in (3, 1, 2)]))
    assert bench.sink.kinds() == ["reading.received.v1"]
    assert bench.sink.sequence() == [3, 1, 2]
    assert bench.broker.acknowledged == [3, 1, 2]
    assert bench.broker.accepted_before == [1, 1, 1]
    assert bench.observer.counts == {"accepted": 3}


def test_each_kind_goes_as_its_own_event_before_any_acknowledgement():
    bench = Bench()
    asyncio.run(bench.pump.deliver([message(1), message(2, b"bad"), status(3, "online"), message(4)]))
    assert bench.sink.kinds() == ["reading.received.v1", "reading.rejected.v1", "park.status.v1"]
    assert bench.broker.acknowledged == [1, 2, 3, 4]
    assert bench.broker.accepted_before == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("status_code", "verdict"),
    [
        *[(code, Verdict.ACCEPTED) for code in (200, 202, 204)],
        *[(code, Verdict.REFUSED) for code in (400, 410, 413, 415, 422)],
        *[(code, Verdict.UNAVAILABLE) for code in (401, 403, 404, 405, 408, 409, 429)],
        *[(code, Verdict.UNAVAILABLE) for code in (None, 301, 500, 502, 503, 504)],
    ],
)
def test_what_an_answer_means(status_code: int | None, verdict: Verdict):
    assert Answer(status_code).verdict is verdict


def test_an_unavailable_sink_gets_the_same_event_again_with_growing_waits():
    bench = Bench(sink=FakeSink(iter([503, None, 429, 404, 500, 408, 409, 503])))
    asyncio.run(bench.pump.deliver([message(1), message(2)]))
    assert len(bench.sink.attempts) == 9
    assert len({event.id for event in bench.sink.attempts}) == 1
    assert bench.pause.waits_s == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])
    assert bench.broker.acknowledged == [1, 2]
    assert bench.observer.counts["retried"] == 8


def test_dead_letters_wait_for_the_sink_too():
    bench = Bench(sink=FakeSink(iter([None, None])))
    asyncio.run(bench.pump.deliver([message(1, b"bad")]))
    assert bench.sink.kinds() == ["reading.rejected.v1"]
    assert bench.broker.accepted_before == [1]


@pytest.mark.parametrize("culprits", [{1}, {8}, {3, 4}, {1, 8}, set(range(1, 9)), set()])
def test_a_refused_batch_is_halved_until_only_the_culprits_are_dead_letters(culprits: set[int]):
    bench = Bench(sink=FakeSink(refuses=lambda event: bool(culprits & set(identities(event)))))
    asyncio.run(bench.pump.deliver([message(mid) for mid in range(1, 9)]))
    assert bench.sink.sequence() == [mid for mid in range(1, 9) if mid not in culprits]
    assert [json.loads(letter["payload"])["seq"] for letter in bench.sink.letters()] == sorted(culprits)
    assert all("the sink refused it: 400" in letter["reason"] for letter in bench.sink.letters())
    assert bench.broker.acknowledged == list(range(1, 9))
    assert bench.observer.counts[Cause.REFUSED_BY_SINK] == len(culprits)


def test_a_refused_dead_letter_is_logged_counted_and_does_not_block(caplog: pytest.LogCaptureFixture):
    bench = Bench(sink=FakeSink(refuses=lambda event: "rejected" in event.type))
    asyncio.run(bench.pump.deliver([message(1, b"bad"), message(2)]))
    assert bench.sink.sequence() == [2]
    assert bench.broker.acknowledged == [1, 2]
    assert bench.observer.counts["lost"] == 1
    assert "bad" in caplog.text


def test_a_status_is_news_only_when_it_changes():
    bench = Bench()
    seen = [status(1, "online"), status(2, "online"), status(3, "online", boot=2), status(4, "offline", boot=2)]
    asyncio.run(bench.pump.deliver(seen))
    asyncio.run(bench.pump.deliver([status(5, "offline", boot=2), status(6, "online", boot=2)]))
    sent = [json.loads(event.data) for event in bench.sink.accepted]
    assert [(one["status"], one["boot"]) for one in sent] == [
        ("online", 1),
        ("online", 2),
        ("offline", 2),
        ("online", 2),
    ]
    assert bench.broker.acknowledged == [1, 2, 3, 4, 5, 6]
    assert len({event.id for event in bench.sink.accepted}) == 4


def test_retained_telemetry_is_acknowledged_and_counted():
    bench = Bench()
    asyncio.run(bench.pump.deliver([message(1, retained=True)]))
    assert not bench.sink.attempts
    assert bench.broker.acknowledged == [1]
    assert bench.observer.counts == {"retained": 1}


def test_the_same_readings_make_the_same_event_id_and_others_another():
    bench = Bench()
    for mids in ([1, 2], [1, 2], [1], [2, 1]):
        asyncio.run(bench.pump.deliver([message(mid) for mid in mids]))
    first, again, fewer, reordered = [event.id for event in bench.sink.accepted]
    assert first == again
    assert len({first, fewer, reordered}) == 3


def test_an_order_to_stop_ends_the_retries_and_acknowledges_nothing():
    bench = Bench(sink=FakeSink(iter([503] * 9)), pause=FakePause(stop_at=3))
    inbox = Inbox(100)
    inbox.offer(message(1))
    asyncio.run(bench.pump.run(inbox))
    assert len(bench.sink.attempts) == 3
    assert bench.broker.acknowledged == []


def test_a_closed_inbox_ends_the_pump_after_the_event_under_way():
    async def scenario() -> Bench:
        inbox = Inbox(100)
        bench = Bench(sink=FakeSink(refuses=lambda _event: bool(inbox.close())))
        inbox.offer(message(1))
        await bench.pump.run(inbox)
        return bench

    bench = asyncio.run(scenario())
    assert bench.broker.acknowledged == [1]


def test_what_arrives_during_a_post_makes_the_next_event():
    async def scenario() -> list[list[int]]:
        inbox = Inbox(100)
        arrivals = iter([[2, 3, 4], [5]])

        def arrive(_event: object) -> bool:
            for mid in next(arrivals, []):
                inbox.offer(message(mid))
            if not len(inbox):
                inbox.close()
            return False

        bench = Bench(sink=FakeSink(refuses=arrive))
        inbox.offer(message(1))
        await bench.pump.run(inbox)
        return [identities(event) for event in bench.sink.accepted]

    assert asyncio.run(scenario()) == [[1], [2, 3, 4], [5]]


def test_no_event_is_longer_than_the_contract_allows():
    async def scenario() -> list[int]:
        inbox = Inbox(2 * MAX_READINGS)
        for mid in range(MAX_READINGS + 1):
            inbox.offer(message(mid))
        return [len(await inbox.take(MAX_READINGS)), len(await inbox.take(MAX_READINGS))]

    assert asyncio.run(scenario()) == [MAX_READINGS, 1]


def test_qos_0_is_dropped_when_the_queue_is_full_and_qos_1_never():
    inbox = Inbox(receive_maximum=2)
    unpromised = message(0)._replace(receipt=message(0).receipt._replace(qos=0))
    assert [inbox.offer(one) for one in (message(1), unpromised, unpromised, message(2))] == [True, True, False, True]
    assert len(inbox) == 3


def test_what_the_broker_sends_again_takes_the_place_of_what_is_here_and_the_rest_stays():
    async def scenario() -> list[Message]:
        inbox = Inbox(receive_maximum=10)
        for mid in (1, 2, 3):
            inbox.offer(message(mid))
        inbox.reconnected()
        again = [message(mid)._replace(receipt=Receipt(1, mid, 1)) for mid in (2, 4)]
        for one in again:
            inbox.offer(one)
        assert len(inbox) == 4
        return await inbox.take(1) + await inbox.take(10)

    taken = asyncio.run(scenario())
    assert [(one.receipt.mid, one.receipt.connection) for one in taken] == [(1, 0), (3, 0), (2, 1), (4, 1)]


def test_a_retained_message_is_not_what_was_sent_before():
    inbox = Inbox(receive_maximum=10)
    inbox.offer(message(1))
    inbox.reconnected()
    inbox.offer(message(1)._replace(retained=True))
    assert len(inbox) == 2


def test_the_inbox_is_full_at_twice_what_the_broker_may_send():
    inbox = Inbox(receive_maximum=2)
    for mid in range(4):
        assert not inbox.is_full
        inbox.offer(message(mid))
    assert inbox.is_full


answers = st.sampled_from([202, 503, None, 429, 400])
kinds = st.sampled_from(["good", "bad", "retained", "online", "offline", "culprit"])


@given(batches=st.lists(st.lists(kinds, min_size=1, max_size=8), max_size=5), script=st.lists(answers, max_size=40))
def test_whatever_the_sink_does_each_message_is_acknowledged_once_in_order_after_acceptance(
    batches: list[list[str]], script: list[int | None]
):
    """The sink answers by the script, then accepts all but culprits. Every good reading gets there, or says why not."""
    bench = Bench(sink=FakeSink(iter(script), refuses=lambda event: any(seq >= 1000 for seq in identities(event))))
    mid = 0
    good: set[int] = set()
    for kinds_of_batch in batches:
        batch = []
        for kind in kinds_of_batch:
            mid += 1
            match kind:
                case "good":
                    batch.append(message(mid))
                    good.add(mid)
                case "culprit":
                    batch.append(message(mid, message(1000 + mid).payload))
                case "bad":
                    batch.append(message(mid, b"bad"))
                case "retained":
                    batch.append(message(mid, retained=True))
                case state:
                    batch.append(status(mid, state))
        asyncio.run(bench.pump.deliver(batch))
        assert set(bench.broker.accepted_before[-len(batch) :]) == {len(bench.sink.accepted)}
    assert bench.broker.acknowledged == list(range(1, mid + 1))
    sent = [seq for seq in bench.sink.sequence() if seq < 1000]
    assert sent == sorted(set(sent))
    refused = {json.loads(letter["payload"])["seq"] for letter in bench.sink.letters() if letter["payload"] != "bad"}
    lost = bench.observer.counts["lost"]
    assert len(good - set(sent) - refused) <= lost


@given(stop_at=st.integers(1, 6), failures=st.integers(0, 6), size=st.integers(1, 5))
def test_a_stop_acknowledges_all_of_a_batch_or_nothing(stop_at: int, failures: int, size: int):
    bench = Bench(sink=FakeSink(iter([503] * failures)), pause=FakePause(stop_at=stop_at))
    batch = [message(mid) for mid in range(size)]

    async def deliver() -> None:
        with suppress(Stopped):
            await bench.pump.deliver(batch)

    asyncio.run(deliver())
    assert bench.broker.acknowledged == ([] if failures >= stop_at else list(range(size)))
    assert bool(bench.sink.accepted) == bool(bench.broker.acknowledged)
