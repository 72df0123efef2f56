"""What the broker does with an event, with subscribers that answer from a list and waits that only count."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from infra.local.broker.dispatch import Answer, Dispatcher, Route
from infra.local.broker.events import Event
from infra.local.broker.subscribers import Attempt, Subscriber, Verdict, judge
from infra.local.manifests.delivery import Delivery

URL = "http://broker/ahorrater/default"
DELIVERY = Delivery.model_validate({"retry": 2, "backoffPolicy": "exponential", "backoffDelay": "PT1S"})
OK = judge(204, {}, b"", "http://f")
DOWN = judge(503, {}, b"no database", "http://f")
BAD = judge(400, {}, b"no reading", "http://f")


@dataclass
class Scripted:
    """Gives its answers in order, the last one for ever."""

    answers: Sequence[Attempt]
    got: list[Event] = field(default_factory=list)

    async def attempt(self, event: Event, _timeout_s: float | None) -> Attempt:
        self.got.append(event)
        return self.answers[min(len(self.got), len(self.answers)) - 1]


class Waits(list[float]):
    async def sleep(self, wait_s: float) -> None:
        self.append(wait_s)


def event(kind: str = "t", **extensions: str) -> Event:
    return Event({"specversion": "1.0", "id": "1", "source": "/s", "type": kind, **extensions}, b"{}")


def replying(kind: str) -> Attempt:
    return Attempt(Verdict.DELIVERED, reply=event(kind))


def route(subscriber: Subscriber, dead: Subscriber | None = None, kind: str = "t", name: str = "f") -> Route:
    return Route(name, lambda attributes: attributes["type"] == kind, subscriber, DELIVERY, dead)


def receive(sent: Event, *routes: Route) -> tuple[Answer, list[float]]:
    waits = Waits()
    return asyncio.run(Dispatcher(URL, routes, waits.sleep).receive(sent)), list(waits)


def test_nobody_listens_and_all_is_well() -> None:
    assert receive(event("other"), route(Scripted([DOWN]))) == (Answer.ACCEPTED, [])


def test_the_subscriber_sees_no_ttl_but_an_arrival_time() -> None:
    subscriber = Scripted([OK])
    receive(event(knativebrokerttl="9"), route(subscriber))
    assert "knativebrokerttl" not in subscriber.got[0].attributes
    assert subscriber.got[0].attributes["knativearrivaltime"].endswith("Z")


def test_it_is_tried_again_until_it_works() -> None:
    subscriber, dead = Scripted([DOWN, DOWN, OK]), Scripted([OK])
    assert receive(event(), route(subscriber, dead)) == (Answer.ACCEPTED, [1, 2])
    assert (len(subscriber.got), len(dead.got)) == (3, 0)


def test_when_the_retries_are_used_up_it_goes_to_the_dead_letters() -> None:
    subscriber, dead = Scripted([DOWN]), Scripted([OK])
    assert receive(event(), route(subscriber, dead)) == (Answer.ACCEPTED, [1, 2])
    assert len(subscriber.got) == 3
    attributes = dead.got[0].attributes
    assert (attributes["knativeerrordest"], attributes["knativeerrorcode"]) == ("http://f", "503")
    assert base64.b64decode(attributes["knativeerrordata"]) == b"no database"
    assert attributes["knativebrokerttl"] == "255"


def test_a_refusal_is_not_repeated() -> None:
    subscriber, dead = Scripted([BAD]), Scripted([OK])
    assert receive(event(), route(subscriber, dead)) == (Answer.ACCEPTED, [])
    assert (len(subscriber.got), dead.got[0].attributes["knativeerrorcode"]) == (1, "400")


def test_without_a_dead_letter_sink_the_producer_hears_of_it() -> None:
    assert receive(event(), route(Scripted([BAD])))[0] is Answer.FAILED


def test_a_dead_letter_sink_that_fails_is_tried_as_often() -> None:
    dead = Scripted([DOWN])
    assert receive(event(), route(Scripted([BAD]), dead)) == (Answer.FAILED, [1, 2])
    assert len(dead.got) == 3


def test_one_failing_trigger_does_not_keep_the_event_from_the_others() -> None:
    well = Scripted([OK])
    assert receive(event(), route(Scripted([BAD]), name="bad"), route(well))[0] is Answer.FAILED
    assert len(well.got) == 1


def test_a_reply_is_an_event_of_the_same_broker() -> None:
    second = Scripted([OK])
    assert receive(event(), route(Scripted([replying("u")])), route(second, kind="u"))[0] is Answer.ACCEPTED
    assert second.got[0].type == "u"


def test_a_reply_that_cannot_be_taken_buries_the_event_that_it_answers() -> None:
    first, second, dead = Scripted([replying("u")]), Scripted([BAD]), Scripted([OK])
    assert receive(event(), route(first, dead), route(second, kind="u")) == (Answer.ACCEPTED, [1, 2])
    assert (len(first.got), len(second.got)) == (1, 3)
    assert dead.got[0].type == "t"
    assert dead.got[0].attributes["knativeerrordest"] == URL


def test_a_dead_letter_sinks_reply_is_thrown_away() -> None:
    second = Scripted([OK])
    receive(event(), route(Scripted([BAD]), Scripted([replying("u")])), route(second, kind="u"))
    assert second.got == []


def test_a_loop_ends_after_255_hops() -> None:
    looping = Scripted([replying("t")])
    receive(event(), route(looping, Scripted([OK])))
    assert len(looping.got) == 255


@pytest.mark.parametrize(
    ("ttl", "expected"), [("2", Answer.ACCEPTED), ("1", Answer.TTL_USED_UP), ("x", Answer.TTL_USED_UP)]
)
def test_a_used_up_ttl_is_refused(ttl: str, expected: Answer) -> None:
    assert receive(event(knativebrokerttl=ttl), route(Scripted([OK])))[0] is expected


@pytest.mark.parametrize(
    ("status", "headers", "body", "verdict"),
    [
        (200, {}, b"", Verdict.DELIVERED),
        (202, {}, b"", Verdict.DELIVERED),
        (200, {}, b"OK", Verdict.RETRY),
        (200, {"ce-specversion": "1.0"}, b"", Verdict.RETRY),
        (302, {}, b"", Verdict.REFUSED),
        (400, {}, b"", Verdict.REFUSED),
        (401, {}, b"", Verdict.REFUSED),
        (404, {}, b"", Verdict.RETRY),
        (408, {}, b"", Verdict.RETRY),
        (409, {}, b"", Verdict.RETRY),
        (410, {}, b"", Verdict.REFUSED),
        (413, {}, b"", Verdict.REFUSED),
        (422, {}, b"", Verdict.REFUSED),
        (429, {}, b"", Verdict.RETRY),
        (500, {}, b"", Verdict.RETRY),
        (503, {}, b"", Verdict.RETRY),
    ],
)
def test_what_an_answer_means(status: int, headers: dict[str, str], body: bytes, verdict: Verdict) -> None:
    assert judge(status, headers, body, "http://f").verdict is verdict


def test_a_broken_2xx_says_nothing_about_the_error() -> None:
    assert judge(200, {}, b"OK", "http://f").error is None


def test_error_data_are_cut() -> None:
    attempt = judge(500, {}, b"x" * 5000, "http://f")
    assert attempt.error is not None
    assert len(attempt.error["knativeerrordata"]) == 1024
