"""/metrics of a function: what it counted, in the text that Prometheus reads."""

import threading

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ahorrater.adapters.functions import Emit, Function, Operation, Params
from ahorrater.adapters.functions.metrics import Counter, Gauge, Histogram, ReadGauge, Registry
from ahorrater.contracts.errors import NotFound, Reject, RetryLater
from ahorrater.contracts.events import ClockTick, FuelRefresh, ReadingStored

TICK = ClockTick.TYPE


class NodeParams(Params):
    nodo: str


def answer(params: NodeParams) -> str:
    if params.nodo == "nobody":
        raise NotFound("nobody is not here")
    return params.nodo


def hear(event):
    match event.id:
        case "wrong":
            raise Reject("never")
        case "away":
            raise RetryLater("later")
        case "bug":
            raise ZeroDivisionError
    return Emit(ReadingStored(nodes=(), stored=3, duplicates=0, rejected=0))


class Stored:
    """Counts what is stored, and breaks when it is told to."""

    def __init__(self):
        self.readings = Counter("test_readings", "Readings")
        self.families = (self.readings, ReadGauge("test_away", "Never known", self._away))

    def heard(self, event, reply):
        if event.id == "uncountable":
            raise ValueError
        self.readings.add(by=reply.data.stored)

    @staticmethod
    def _away():
        raise RetryLater("the database is away")


@pytest.fixture
def client():
    operations = [Operation("GET", "/rest/node/{nodo}", "A node.", answer, str, NodeParams)]
    function = Function("test", {TICK: hear}, operations, observers=[Stored()])

    async def main(request):
        return await function(request)

    return TestClient(Starlette(routes=[Route("/{path:path}", main, methods=["GET", "POST"])]))


def samples(text):
    """Values by name and labels' values, the labels in the order of their names."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def tell(client, event_id, kind=TICK):
    headers = {"ce-id": event_id, "ce-source": "/t", "ce-type": kind, "ce-specversion": "1.0"}
    return client.post("/", headers=headers).status_code


def test_events_by_type_and_outcome(client):
    assert samples(client.get("/metrics").text)["ahorrater_events_total", "retry", TICK] == 0
    answers = [tell(client, event_id) for event_id in ("good", "good", "wrong", "away", "bug", "uncountable")]
    assert answers == [200, 200, 400, 503, 500, 200]
    tell(client, "unheard", FuelRefresh.TYPE)
    tell(client, "strange", "com.example.anything")
    client.post("/", content=b"no event")
    told = samples(client.get("/metrics").text)
    assert told["ahorrater_events_total", "taken", TICK] == 3
    assert told["ahorrater_events_total", "rejected", TICK] == 1
    assert told["ahorrater_events_total", "retry", TICK] == 2
    assert told["ahorrater_events_total", "rejected", FuelRefresh.TYPE] == 1
    assert told["ahorrater_events_total", "rejected", "other"] == 2
    assert told["ahorrater_event_duration_seconds_count", TICK] == 6
    assert told["test_readings_total",] == 6


def test_requests_by_template_and_status_whatever_strangers_ask(client):
    for path in ("/rest/node/a", "/rest/node/b", "/rest/node/nobody", "/rest/what", "/rest/what/else", "/healthz"):
        client.get(path)
    client.post("/rest/node/a")
    told = samples(client.get("/metrics").text)
    requests = {tuple(labels): value for (name, *labels), value in told.items() if name == "ahorrater_requests_total"}
    assert requests == {
        ("/rest/node/{nodo}", "200"): 2,
        ("/rest/node/{nodo}", "404"): 1,
        ("other", "404"): 2,
        ("other", "405"): 1,
    }
    assert told["ahorrater_request_duration_seconds_count", "/rest/node/{nodo}"] == 3


def test_what_cannot_be_looked_up_takes_nothing_else_with_it(client):
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = samples(response.text)
    assert ("test_away",) not in told
    assert told["test_readings_total",] == 0
    assert told["ahorrater_scrape_failures_total",] == 1


def test_a_histogram_is_cumulative_and_a_bound_is_inside_its_bucket():
    histogram = Histogram("test_seconds", "Test", ("kind",), bounds=(0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(value, "a")
    registry = Registry()
    registry.add(histogram)
    told = samples(registry.text().decode())
    assert [told["test_seconds_bucket", "a", bound] for bound in ("0.1", "1.0", "+Inf")] == [2, 3, 4]
    assert told["test_seconds_count", "a"] == 4
    assert told["test_seconds_sum", "a"] == pytest.approx(7.65)


def test_a_gauge_is_there_once_it_is_known():
    gauge, registry = Gauge("test_epoch", "Epoch"), Registry()
    registry.add(gauge)
    assert ("test_epoch",) not in samples(registry.text().decode())
    gauge.set(7)
    assert samples(registry.text().decode())["test_epoch",] == 7


def test_threads_lose_no_count():
    counter, histogram = Counter("test_things", "Things"), Histogram("test_s", "Seconds")

    def work():
        for _ in range(2000):
            counter.add()
            histogram.observe(0.2)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    registry = Registry()
    registry.add(counter, histogram)
    told = samples(registry.text().decode())
    assert told["test_things_total",] == told["test_s_count",] == 8000
