"""Every decoder of what comes from outside, with inputs that are almost right."""

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from multidict import CIMultiDict
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers

from ahorrater.adapters.backtest_stream import MAX_VALUES
from ahorrater.adapters.functions.events import Event, data_of
from ahorrater.adapters.functions.events import decode as decode_event
from ahorrater.adapters.ingest import readings_of
from ahorrater.adapters.kubernetes.requests import room_of
from ahorrater.adapters.mqtt.device_registry import read_registry
from ahorrater.adapters.places import PlaceSettings
from ahorrater.adapters.trace_csv import TraceError
from ahorrater.adapters.traces import parsed_trace
from ahorrater.contracts.answers import MoveEntry, ParkNow
from ahorrater.contracts.backtest import BacktestRequest
from ahorrater.contracts.base import NodeName, adapter_of
from ahorrater.contracts.errors import Reject
from ahorrater.contracts.events import EVENTS, ClockTick, EventData, ReadingReceived
from ahorrater.contracts.exports import DataExport, TextMessage
from ahorrater.contracts.golden import golden_events
from ahorrater.contracts.telegram import BotQuestion, Update
from ahorrater.contracts.trace_context import TraceContext
from ahorrater.domain.fuel.values import day_of, degrees, feed_moment, price_milli
from ahorrater.domain.speaking import MAX_TEXT_UNITS
from ahorrater.domain.stays import MINIMUM_STAY, MOVABLE, MOVES_A_DAY, StayRules, rules_of
from ahorrater.services.dead_letters import reason_of
from ahorrater.services.fuel.answer import RefusedAnswer, read_answer, read_places
from ahorrater.services.source.events import readings_event
from ahorrater.services.source.messages import Interpreter, Message, Receipt
from ahorrater_device.messages import parse_command
from infra.local.broker.events import Event as BrokerEvent
from infra.local.broker.events import InvalidEventError
from infra.local.broker.events import decode as decode_at_broker
from infra.local.kubesim.quantities import parse_quantity
from infra.local.manifests.wiring import ManifestError, Wiring, read_wiring
from infra.local.pings.cron import Schedule
from tests.fuzz.decoder import Decoder
from tests.fuzz.mutations import damaged, json_bytes, near, text_near
from tests.unit.bot.test_bot_updates import Desk, pressed, said
from tests.unit.fuel.feed_answers import answer, station
from tests.upgrades.documents import MODELS, examples

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BASE = Path(__file__).parents[2] / "knative" / "base"
GOLDEN = {event["type"]: event for event in golden_events()}
TICK = GOLDEN[ClockTick.TYPE]
TELEMETRY = {"boot": 1, "seq": 2, "measured_at": "2026-06-01T12:00:00Z", "voltage_v": 18.2, "current_a": 1.9}
Message_ = tuple[Mapping[str, str], bytes]


# CloudEvents


def _binary(event: Mapping[str, Any]) -> Message_:
    attributes = {f"ce-{name}": str(value) for name, value in event.items() if name not in {"data", "datacontenttype"}}
    return {**attributes, "content-type": "application/json"}, json.dumps(event.get("data")).encode()


def _structured(body: bytes) -> Message_:
    return {"content-type": "application/cloudevents+json"}, body


def _with_line_break(attribute: str) -> Message_:
    return _structured(json.dumps({**TICK, attribute: "x\r\nset-cookie: evil=1"}).encode())


HALF_A_CHARACTER = _structured(json.dumps({**TICK, "data": "\ud800"}).encode())
EVENT_TIMES = st.sampled_from(
    ["2026-06-01T12:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "noon", ""]
)


@st.composite
def _binary_events(draw: st.DrawFn) -> Message_:
    headers, body = _binary(draw(st.sampled_from(list(GOLDEN.values()))))
    name = draw(st.sampled_from([*headers, "ce-traceparent", "ce-tracestate", "ce-knativeerrordata", "ce-unknown"]))
    value = draw(EVENT_TIMES if name == "ce-time" else text_near(headers.get(name, "")))
    return {**headers, name: value.encode("latin-1", "replace").decode("latin-1")}, draw(st.just(body) | damaged(body))


EVENT_MESSAGES = _binary_events() | st.sampled_from(list(GOLDEN.values())).flatmap(json_bytes).map(_structured)


def _decode_event(message: Message_) -> Event:
    headers, body = message
    return decode_event(Headers({name.lower(): value for name, value in headers.items()}), body)


def _decode_at_broker(message: Message_) -> BrokerEvent:
    headers, body = message
    return decode_at_broker(CIMultiDict(headers), body)


def _as_event(model: type[EventData], data: bytes) -> EventData:
    return data_of(Event("1", "/fuzz", model.TYPE, data=data), model)


def _event_decoder(model: type[EventData]) -> Decoder:
    return Decoder(
        f"event {model.TYPE.removeprefix('es.ahorrater.')}",
        json_bytes(GOLDEN[model.TYPE]["data"]),
        lambda data: _as_event(model, data),
        (Reject,),
        lambda decoded: decoded.model_dump_json().encode(),
    )


# MQTT


def _from_mqtt(message: tuple[str, bytes]) -> object:
    """What the source takes, ingest-reading takes, and it is the same reading."""
    topic, payload = message
    receipt = Receipt(1, 1, 1)
    batch = Interpreter((), 16 * 1024).sort([Message(topic, payload, len(payload), False, NOON, receipt)])
    if not batch.taken:
        return batch.refusals, batch.statuses
    (taken,) = batch.taken
    outgoing = readings_event([taken.reading], NOON)
    ((_, reading),), refusals = readings_of(Event("1", "/fuzz", ReadingReceived.TYPE, data=outgoing.data))
    assert not refusals
    assert reading == taken.reading
    return reading


TOPICS = st.sampled_from(["ahorrater/v1/a/telemetry", "ahorrater/v1/a/status"]) | text_near("ahorrater/v1/a/telemetry")
PAYLOADS = json_bytes(TELEMETRY) | json_bytes({"status": "online", "boot": 3})


# Fuel


STATIONS = near([station(1), station(2)])
FUEL_ANSWERS = (
    STATIONS.map(lambda stations: answer(*stations) if isinstance(stations, list) else answer(stations))
    | json_bytes(json.loads(answer(station(1))))
    | damaged(answer(station(1), station(2)))
)
MUNICIPALITIES = [
    {"IDMunicipio": "1", "IDProvincia": "44", "IDCCAA": "02", "Municipio": "Teruel", "Provincia": "TERUEL"}
]


def _fuel_value(text: str) -> object:
    values: list[object] = [degrees(text)]
    for parse in (price_milli, feed_moment, day_of):
        try:
            values.append(parse(text))
        except ValueError:
            values.append(None)
    return values


# Telegram


UPDATES = (
    st.sampled_from([said("/fuel Teruel"), said("/chart 6"), said(location={"latitude": 40.3, "longitude": -1.1})])
    | st.just(pressed("/approve 7"))
    | st.text(max_size=40).map(lambda text: said(f"/{text}"))
    | st.sampled_from(["fuel", "chart", "lang", "approve", "pause"]).flatmap(
        lambda name: st.text(max_size=30).map(lambda text: said(f"/{name} {text}"))
    )
).flatmap(json_bytes)


def _from_telegram(body: bytes) -> object:
    """Whatever is said, somebody is answered, in a text that Telegram takes."""
    update = Update.model_validate_json(body)
    desk = Desk()
    desk.desk.take(update)
    for _, text in desk.chats.texts:
        assert 0 < len(text.encode("utf-16-le")) <= 2 * MAX_TEXT_UNITS
        assert "Something went wrong" not in text
    return update


# Traces


TRACE = "timestamp,a,b\n2026-06-01T12:00:00Z,1.5,2\n2026-06-01T12:01:00Z,,3e0\n2026-06-01T12:02:00Z,4,5\n"
MOMENTS = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | EVENT_TIMES
ROWS = st.lists(st.tuples(MOMENTS, st.sampled_from(["", "1", "-2.5", "nan", "inf", "1e400"])), max_size=5)
TRACES = (
    text_near(TRACE)
    | ROWS.map(lambda rows: "timestamp,a\n" + "\n".join(",".join(row) for row in rows))
    | ROWS.map(lambda rows: "timestamp,a\n" + "\n".join(",".join(row) for row in sorted(rows)))
)


FAR_APART = TRACE + "9026-06-01T12:00:00Z,1,1\n"
"""Three thousand million minutes."""


def _trace(text: str) -> object:
    trace = parsed_trace("the trace", text.splitlines(keepends=True), (), MAX_VALUES)
    return [column.tolist() for column in trace.power_w]  # type: ignore[attr-defined]


# Manifests


FILES = {name: (BASE / name).read_text(encoding="utf-8") for name in ("triggers.yaml", "clock.yaml", "config.yaml")}
DOCUMENTS = [item for text in FILES.values() for item in yaml.safe_load_all(text) if item]
MANIFESTS = (
    st.sampled_from(DOCUMENTS).flatmap(near).map(lambda document: yaml.safe_dump(document).encode())
    | st.sampled_from(list(FILES.values())).flatmap(lambda text: damaged(text.encode()))
    | st.binary(max_size=100)
)


KUSTOMIZATIONS = (
    near({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": []}).map(
        lambda document: yaml.safe_dump(document).encode()
    )
    | MANIFESTS
)


def _kustomized(name: str, content: bytes) -> Wiring:
    with tempfile.TemporaryDirectory() as folder:
        listed = {"apiVersion": "v1", "kind": "Kustomization", "resources": ["found.yaml"]}
        (Path(folder) / "kustomization.yaml").write_text(json.dumps(listed))
        (Path(folder) / name).write_bytes(content)
        return read_wiring(Path(folder))


def _registry(content: bytes) -> object:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return read_registry(Path(file.name))


# Kubernetes


QUANTITIES = st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,9}|[numkMGTPE]i?)?", fullmatch=True)
ANNOTATIONS = st.dictionaries(
    st.sampled_from([MOVABLE, MINIMUM_STAY, MOVES_A_DAY]),
    st.sampled_from(["true", "false", "1h30m", "99999999999999h", "9" * 5000 + "s", "-1", "٣"]) | st.text(max_size=20),
)


def _rules(annotations: Mapping[str, str]) -> StayRules:
    return rules_of(annotations)


# Documents


def _document_decoder(name: str, good: object, kind: Any, found: tuple[bytes, ...] = ()) -> Decoder:
    """JSON that outlives a process, or that another version may have written."""
    adapter: TypeAdapter[Any] = adapter_of(kind)
    return Decoder(name, json_bytes(good), adapter.validate_json, (ValidationError,), adapter.dump_json, found)


STORED = examples()["stored"]
PLACE = {"latitude": 40.3, "longitude": -1.1, "peak_w": 20}
ENDLESS_PEAK = json.dumps({"a": {**PLACE, "peak_w": 10**400}}).encode()
CHART = {"title": "Power", "unit": "W", "series": [{"name": "a", "points": [["2026-06-01T12:00:00Z", 3.2]]}]}


def _answer_decoder(kind: Any, good: object) -> Decoder:
    """What another function, of whatever version, answers."""
    adapter = adapter_of(list[kind])
    return Decoder(
        f"answer of {kind.__name__}s",
        json_bytes([good]),
        lambda body: adapter.validate_json(body, extra="ignore"),
        (ValidationError,),
        adapter.dump_json,
    )


PARK_NOW = {"node": "a", "state": "online", "power_w": 1.5, "voltage_v": 20, "current_a": 0.1, "battery_soc": None}
PARK_NOW |= {"measured_at": "2026-06-01T12:00:00Z", "age_s": 0.3, "expected_w": None, "forecast": None}
MOVE = {"epoch": 3, "node": "a", "previous": "b", "at": "2026-06-01T12:00:00Z", "duration_s": 2.5, "pods_moved": 2}
MOVE |= {"outcome": "moved", "why": None, "workloads": []}


DECODERS = (
    Decoder(
        "CloudEvent, at a function",
        EVENT_MESSAGES,
        _decode_event,
        (Reject,),
        found=(_binary({**TICK, "time": "0001-01-01T00:00:00+23:59"}), _with_line_break("id"), HALF_A_CHARACTER),
    ),
    Decoder(
        "CloudEvent, at the small broker",
        EVENT_MESSAGES,
        _decode_at_broker,
        (InvalidEventError,),
        lambda event: (event.headers(), event.data),
        (_with_line_break("id"), _with_line_break("tracestate"), HALF_A_CHARACTER),
    ),
    Decoder(
        "traceparent",
        text_near("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        TraceContext.parse,
        encode=lambda context: context and str(context),
    ),
    *(_event_decoder(model) for model in EVENTS if model.TYPE in GOLDEN),
    Decoder(
        "readings, good beside bad",
        json_bytes(GOLDEN[ReadingReceived.TYPE]["data"]),
        lambda data: readings_of(Event("1", "/fuzz", ReadingReceived.TYPE, data=data)),
        (Reject,),
    ),
    Decoder("telemetry and status", st.tuples(TOPICS, PAYLOADS), _from_mqtt),
    Decoder("device command", json_bytes({"interval_s": 5, "restart": True}), parse_command, (ValueError,)),
    Decoder("fuel answer", FUEL_ANSWERS, read_answer, (RefusedAnswer,)),
    Decoder("fuel places", json_bytes(MUNICIPALITIES), read_places, (RefusedAnswer,)),
    Decoder(
        "fuel values",
        st.sampled_from(["1,859", "-3,7038", "30/03/2022 0:00:00", "2022-03-30"]).flatmap(text_near),
        _fuel_value,
    ),
    Decoder(
        "Telegram update",
        UPDATES,
        _from_telegram,
        (ValidationError,),
        lambda update: update.model_dump_json(by_alias=True).encode(),
    ),
    Decoder(
        "question to the bot",
        json_bytes({"text": "/status", "language": "es"}),
        BotQuestion.model_validate_json,
        (ValidationError,),
        lambda question: question.model_dump_json(),
    ),
    Decoder(
        "backtest request",
        json_bytes({"trace": {"kind": "csv", "text": TRACE}, "parks": ["a"], "policies": ["thesis"]}),
        BacktestRequest.model_validate_json,
        (ValidationError,),
        lambda request: request.model_dump_json(),
    ),
    Decoder(
        "trace as CSV", TRACES, _trace, (TraceError,), found=(FAR_APART, "timestamp,a\n0001-01-01T00:00:00+23:59,1\n")
    ),
    Decoder(
        "manifest",
        MANIFESTS,
        lambda content: _kustomized("found.yaml", content),
        (ManifestError,),
        found=(b"a: 2001-99-99", b"\xff"),
    ),
    Decoder(
        "kustomization",
        KUSTOMIZATIONS,
        lambda content: _kustomized("kustomization.yaml", content),
        (ManifestError,),
        found=(b"{", b"\xff"),
    ),
    Decoder(
        "device registry",
        near({"devices": {"panel-1": "tfgrj2", "panel-2": "tfgrj3"}}).map(lambda item: yaml.safe_dump(item).encode())
        | st.binary(max_size=100),
        _registry,
        (ValueError,),
    ),
    Decoder("cron schedule", text_near("*/5 0-6 1,15 * *"), Schedule.parse, (ValueError,), lambda found: found.text),
    Decoder("quantity, simulated API", QUANTITIES | st.text(max_size=12), parse_quantity, (ValueError,)),
    Decoder(
        "quantity, of a pod",
        QUANTITIES,
        lambda text: room_of({"cpu": text, "memory": text}),
        (ValueError,),
        found=("1E537172", "1E1000000"),
    ),
    Decoder("annotations of a workload", ANNOTATIONS, _rules, found=({MINIMUM_STAY: "99999999999999h"},)),
    Decoder(
        "dead letter's reason",
        st.tuples(
            st.sampled_from(list(GOLDEN)),
            st.binary(max_size=60),
            st.dictionaries(
                st.sampled_from(["knativeerrordest", "knativeerrorcode", "knativeerrordata"]), st.text(max_size=60)
            ),
        ),
        lambda letter: reason_of(*letter),
    ),
    *(_document_decoder(f"document {name}", good, MODELS[name]) for name, good in STORED.items()),
    _document_decoder("chart by hand", CHART, DataExport),
    _document_decoder("message by hand", {"text": "Hello", "chat_id": 11}, TextMessage),
    _document_decoder("PARK_PLACES", {"a": PLACE}, dict[NodeName, PlaceSettings], (ENDLESS_PEAK,)),
    _answer_decoder(ParkNow, PARK_NOW),
    _answer_decoder(MoveEntry, MOVE),
)
