"""The door of every function: events in, replies out, and every wrong thing said as a problem document."""

import json

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ahorrater.adapters.functions import Emit, Event, Function, Operation, Params, data_of
from ahorrater.adapters.functions.function import MAX_BODY_BYTES
from ahorrater.contracts.base import Contract
from ahorrater.contracts.errors import NotFound, RetryLater
from ahorrater.contracts.events import ClockTick, DeviceStatus, ParkStatus, ReadingStored

TICK = ClockTick.TYPE
HEADERS = {"ce-id": "1", "ce-source": "/test", "ce-type": TICK, "ce-specversion": "1.0"}


class Greeting(Contract):
    hello: str
    times: int


class GreetingParams(Params):
    name: str
    times: int = 1


def greet(params: GreetingParams) -> Greeting:
    if params.name == "nobody":
        raise NotFound("nobody is not here")
    return Greeting(hello=params.name, times=params.times)


class Body(Contract):
    text: str


def echo(_params: Params, body: Body) -> Greeting:
    return Greeting(hello=body.text, times=1)


def hear_tick(event: Event) -> Emit | None:
    if event.id == "later":
        raise RetryLater("the database is away")
    if event.id == "bug":
        raise ZeroDivisionError
    return None if event.id == "quiet" else Emit(ReadingStored(nodes=(), stored=0, duplicates=0, rejected=0), "reply-1")


def hear_status(event: Event) -> Emit | None:
    assert data_of(event, ParkStatus).status is DeviceStatus.OFFLINE
    return None


@pytest.fixture(scope="module")
def client() -> TestClient:
    function = Function(
        "greeter",
        {TICK: hear_tick, ParkStatus.TYPE: hear_status},
        [
            Operation("GET", "/rest/greet/{name}", "Greets.", greet, Greeting, GreetingParams, problems=(404,)),
            Operation("POST", "/rest/echo", "Says it back.", echo, Greeting, body=Body),
        ],
    )
    return client_of(function)


def client_of(function: Function) -> TestClient:
    async def main(request):
        return await function(request)

    methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]
    return TestClient(Starlette(routes=[Route("/{path:path}", main, methods=methods)]))


def test_a_reply_is_a_binary_cloud_event(client):
    answer = client.post("/", headers=HEADERS)
    assert answer.status_code == 200
    assert answer.headers["ce-type"] == ReadingStored.TYPE
    assert answer.headers["ce-id"] == "reply-1"
    assert answer.headers["ce-source"] == "/ahorrater/greeter"
    assert answer.headers["content-type"] == "application/json"
    assert ReadingStored.model_validate_json(answer.content).stored == 0


def test_no_reply_is_204_and_an_empty_body(client):
    answer = client.post("/", headers={**HEADERS, "ce-id": "quiet"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_ping_source_is_heard_as_what_it_means(client):
    ping = {**HEADERS, "ce-id": "quiet", "ce-type": "dev.knative.sources.ping", "ce-ahorratertype": TICK}
    assert client.post("/", headers=ping).status_code == 204
    assert client.post("/", headers={**ping, "ce-ahorratertype": "other"}).status_code == 400


def test_structured_mode_is_heard_too(client):
    data = {"node": "a", "status": "offline", "boot": 1, "at": "2026-06-01T12:00:00Z"}
    event = {"id": "1", "source": "/t", "type": ParkStatus.TYPE, "specversion": "1.0", "data": data}
    structured = {"content-type": "application/cloudevents+json"}
    assert client.post("/", content=json.dumps(event), headers=structured).status_code == 204
    event["data"] = {**data, "status": "sunny"}
    answer = client.post("/", content=json.dumps(event), headers=structured)
    assert answer.status_code == 400
    assert "status" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"", 400),
        ({**HEADERS, "ce-specversion": "7"}, b"", 400),
        ({**HEADERS, "ce-specversion": "0.3"}, b"", 400),
        ({**HEADERS, "ce-id": ""}, b"", 400),
        ({**HEADERS, "ce-type": "es.ahorrater.unheard.v1"}, b"", 400),
        ({**HEADERS, "ce-type": ParkStatus.TYPE}, b"not json", 400),
        ({**HEADERS, "ce-type": ParkStatus.TYPE}, b'{"node": "a"}', 400),
        ({**HEADERS, "ce-time": "yesterday"}, b"", 400),
        ({"content-type": "application/cloudevents+json"}, b"[1, 2]", 400),
        ({"content-type": "application/cloudevents+json"}, b"\xff", 400),
        ({**HEADERS, "ce-id": "later"}, b"", 503),
        ({**HEADERS, "ce-id": "bug"}, b"", 500),
        (HEADERS, b"x" * (4 * 1024 * 1024 + 1), 413),
    ],
)
def test_what_is_wrong_is_said_as_a_problem(client, headers, body, status):
    answer = client.post("/", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_an_event_that_lacks_something_is_told_what(client, name):
    answer = client.post("/", headers={header: value for header, value in HEADERS.items() if header != name})
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"this is not a CloudEvent: without {name}"


def test_who_hears_everything_hears_the_beginning_of_what_is_too_large():
    heard: list[Event] = []
    client = client_of(Function("last-resort", otherwise=heard.append))
    assert client.post("/", content=b"x" * (MAX_BODY_BYTES + 1), headers=HEADERS).status_code == 204
    assert [len(event.data) for event in heard] == [MAX_BODY_BYTES]


def test_retry_later_says_when(client):
    assert client.post("/", headers={**HEADERS, "ce-id": "later"}).headers["retry-after"] == "2"


def test_events_are_posted(client):
    assert client.get("/").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/rest/greet/ana?times=3", 200, "ana"),
        ("HEAD", "/rest/greet/ana", 200, ""),
        ("GET", "/rest/greet/nobody", 404, "not here"),
        ("GET", "/rest/greet/ana?times=many", 400, "times"),
        ("GET", "/rest/greet/ana?volume=11", 400, "volume"),
        ("GET", "/rest/greet/ana?times=1&times=2", 400, "more than once"),
        ("GET", "/rest/nothing", 404, "/rest/nothing"),
        ("DELETE", "/rest/greet/ana", 405, "takes GET"),
    ],
)
def test_rest(client, method, path, status, says):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert says in answer.text


@pytest.mark.parametrize(("body", "status"), [(b'{"text": "hi"}', 200), (b'{"text": 1}', 400), (b"{", 400), (b"", 400)])
def test_bodies(client, body, status):
    assert client.post("/rest/echo", content=body).status_code == status


def test_what_is_kept_is_told_until_something_is_changed():
    told = [1]

    def tell(_: Params) -> list[int]:
        return told

    def change(_: Params) -> list[int]:
        told[0] += 1
        return told

    operations = [Operation.get("/told", tell, list[int]), Operation("POST", "/told", "Changes.", change, list[int])]
    with client_of(Function("teller", operations=operations, keep_s=60)) as client:
        assert client.get("/told").json() == [1]
        told[0] = 5
        assert client.get("/told").json() == [1]
        assert client.post("/told").json() == [6]
        assert client.get("/told").json() == [6]


def test_the_openapi_document_says_what_is_served(client):
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/rest/greet/{name}"]["get"]
    assert [(p["name"], p["in"], p["required"]) for p in operation["parameters"]] == [
        ("name", "path", True),
        ("times", "query", False),
    ]
    assert set(operation["responses"]) == {"200", "400", "404"}
    assert "Greeting" in document["components"]["schemas"]
    assert client.get("/healthz").text == "ok"
