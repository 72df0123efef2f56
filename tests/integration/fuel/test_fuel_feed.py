"""The client and the loader against a server that misbehaves as the ministry's does."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.fuel.store import SqlFuelStore
from ahorrater.adapters.database.migrate import migrate
from ahorrater.adapters.fuel.feed import FeedAway, MinistryFeed, tls_context
from ahorrater.adapters.fuel.settings import FeedSettings
from ahorrater.services.fuel.answer import RefusedAnswer
from ahorrater.services.fuel.load import LoadFuel, LoadPolicy
from tests.integration.fuel.feed_server import FeedServer, body, cut, feed_server, silence, status, trickle
from tests.integration.fuel.snapshots import DAYS, snapshot_body
from tests.unit.fuel.feed_answers import answer, station

LIVE, PLACES = "/EstacionesTerrestres/", "/Listados/Municipios/"
GOOD = answer(*(station(number) for number in range(1, 6)))


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with feed_server() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def client_of(feed: FeedServer, pauses: list[float], **settings: float) -> MinistryFeed:
    return MinistryFeed(FeedSettings(feed_url=feed.url, **{"timeout_s": 5, **settings}), pause=pauses.append)


@pytest.fixture
def service(tmp_path) -> LoadFuel:
    url = f"sqlite:///{tmp_path}/fuel.db"
    migrate(url)
    return LoadFuel(SqlFuelStore(Database(url)), LoadPolicy(), lambda: datetime.now(UTC))


@pytest.mark.parametrize("bad", [status(429), status(502), status(503), status(504), cut(GOOD, 100)])
def test_what_passes_is_tried_again(feed, pauses, bad):
    feed.replies[LIVE] = [bad, bad, body(GOOD)]
    assert client_of(feed, pauses).live() == GOOD
    assert len(pauses) == 2
    assert 1 <= pauses[0] <= 3


def test_retry_after_is_honoured_within_reason(feed, pauses):
    feed.replies[LIVE] = [status(429, Retry_After="7"), status(503, Retry_After="86400"), body(GOOD)]
    assert client_of(feed, pauses).live() == GOOD
    assert pauses == [7, 120]


def test_what_stays_is_given_up_with_the_reason(feed, pauses):
    feed.replies[LIVE] = [status(503)]
    with pytest.raises(FeedAway, match="503"):
        client_of(feed, pauses, retries=2).live()
    assert len(feed.requests) == 3


def test_what_is_wrong_with_us_is_not_repeated(feed, pauses):
    with pytest.raises(FeedAway, match="404"):
        client_of(feed, pauses).live()
    assert len(feed.requests) == 1


def test_a_slow_body_is_given_up(feed, pauses, stop):
    feed.replies[LIVE] = [trickle(stop)]
    with pytest.raises(FeedAway, match="not complete"):
        client_of(feed, pauses, deadline_s=0.3, retries=0).live()


def test_a_silent_server_is_given_up(feed, pauses, stop):
    feed.replies[LIVE] = [silence(stop)]
    with pytest.raises(FeedAway, match="Timeout"):
        client_of(feed, pauses, timeout_s=0.3, retries=0).live()


def test_requests_are_spaced(feed, pauses):
    feed.replies[LIVE] = [body(GOOD)]
    client = client_of(feed, pauses)
    client.live()
    assert pauses == []
    client.live()
    assert 1 <= pauses[0] <= 3


@pytest.mark.parametrize("outage", [answer(), answer(station(1), ResultadoConsulta=None), b"<html></html>", GOOD[:-9]])
def test_an_outage_that_looks_like_success_is_refused_and_the_next_answer_taken(feed, pauses, service, outage):
    feed.replies[LIVE] = [body(outage), body(GOOD)]
    with pytest.raises(RefusedAnswer):
        service.load_live(client_of(feed, pauses))
    assert service.load_live(client_of(feed, pauses)).prices_changed == 10


def test_unknown_places_are_looked_up_once_and_their_list_may_be_away(feed, pauses, service):
    feed.replies |= {LIVE: [body(GOOD)], PLACES: [status(404)]}
    assert service.load_live(client_of(feed, pauses)).stations == 5
    service.load_live(client_of(feed, pauses))
    assert feed.requests.count(PLACES) == 1


def test_a_broken_range_goes_on_where_it_stopped(feed, pauses, service):
    days = [date(2022, 3, day) for day in (28, 29, 30)]
    paths = [f"/EstacionesTerrestresHist/{day:%d-%m-%Y}" for day in days]
    feed.replies |= {paths[0]: [body(GOOD)], paths[1]: [body(answer()), body(GOOD)], paths[2]: [body(GOOD)]}
    with pytest.raises(RefusedAnswer):
        list(service.load_days(client_of(feed, pauses), service.missing_days(days[0], days[-1])))
    assert service.missing_days(days[0], days[-1]) == days[1:]
    assert len(list(service.load_days(client_of(feed, pauses), service.missing_days(days[0], days[-1])))) == 2
    assert feed.requests == [paths[0], paths[1], paths[1], paths[2]]
    assert service.missing_days(days[0], days[-1]) == []


def test_a_real_snapshot_by_the_real_way(feed, pauses, service):
    feed.replies |= {LIVE: [body(snapshot_body(DAYS[0])), body(snapshot_body(DAYS[1]))], PLACES: [status(404)]}
    assert service.load_live(client_of(feed, pauses)).prices_changed == 40_043
    assert service.load_live(client_of(feed, pauses)).prices_changed == 16_207


def test_the_clients_tls_verifies_and_offers_the_servers_cipher():
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert "AES256-GCM-SHA384" in {cipher["name"] for cipher in context.get_ciphers()}
    assert "AES256-GCM-SHA384" not in {cipher["name"] for cipher in ssl.create_default_context().get_ciphers()}
