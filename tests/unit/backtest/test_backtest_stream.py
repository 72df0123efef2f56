"""The backtest function's door: lines that tell how far it is, the CLI's numbers, and every wrong trace told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ahorrater.adapters import backtest_stream
from ahorrater.adapters.backtest_stream import MAX_AT_A_TIME, BacktestStream
from ahorrater.adapters.functions import Function
from ahorrater.contracts.backtest import BacktestRequest, PolicyName, UploadedTrace
from ahorrater.contracts.errors import RetryLater
from ahorrater.domain.accounting import Interval
from ahorrater.domain.battery import Battery
from ahorrater.domain.replay import Work
from ahorrater.domain.sample_trace import sample_trace
from ahorrater.services.backtest import backtest, standard_policies

NOW = datetime(2026, 6, 2, tzinfo=UTC)
STEPS = ["stay-put", "thesis", "hysteresis", "calm", "forecast", "optimum"]


class Ledger:
    """Two parks with readings in every minute of the last hour."""

    def intervals(self, since: datetime, until: datetime, length: timedelta) -> list[Interval]:
        begin = until - timedelta(hours=1)
        assert since < begin
        return [Interval(begin + place * length, {"a": 5.0 + place % 3, "b": 6.0}, length) for place in range(60)]


@pytest.fixture
def stream() -> BacktestStream:
    return BacktestStream(Ledger, lambda: NOW)


@pytest.fixture
def client(stream: BacktestStream) -> TestClient:
    function = Function("backtest", operations=stream.operations(), threads=3)

    async def endpoint(request):
        return await function(request)

    return TestClient(Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])]))


def lines(client: TestClient, **request) -> list[dict]:
    answer = client.post("/rest/backtest", json=request)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_each_step_is_a_line_and_the_numbers_are_the_backtests_own(client):
    started, *outcomes = lines(client, trace={"kind": "sample", "days": 1})
    assert (started["kind"], started["samples"], started["steps"]) == ("started", 1440, len(STEPS))
    assert [line["name"] for line in outcomes] == STEPS
    assert [line["step"] for line in outcomes] == list(range(1, len(STEPS) + 1))

    trace, work = sample_trace(1), Work(started["load_w"], started["move_cost_wh"])
    peaks = backtest_stream.own_peaks_w(trace)
    direct = backtest(backtest_stream.scaled(trace, peaks, 100.0), work, standard_policies(work))
    assert started["ceiling_wh"] == direct.ceiling_wh
    assert {line["name"]: line["net_wh"] for line in outcomes} == {
        name: one.net_wh for name, one in direct.outcomes.items()
    }


def test_policies_and_parks_can_be_chosen(client):
    request = {"trace": {"kind": "sample", "days": 1}, "parks": ["sample-3", "sample-1"], "policies": ["thesis"]}
    started, *outcomes = lines(client, **request)
    assert started["parks"] == ["sample-3", "sample-1"]
    assert [line["name"] for line in outcomes] == ["stay-put", "thesis", "optimum"]


def test_variants_are_more_points_of_hysteresis(client):
    request = {"trace": {"kind": "sample", "days": 1}, "policies": ["calm"], "variants": True}
    names = [line["name"] for line in lines(client, **request)[1:]]
    assert names[:2] == ["stay-put", "calm"]
    assert len([name for name in names if name.startswith("hysteresis ")]) == 6


@pytest.mark.parametrize(
    ("asked", "conditions"),
    [
        (
            {"battery": {"hours": 2, "reserve": 0.1, "max_w": 40.0}},
            {"batteries": dict.fromkeys(sample_trace(1).nodes, Battery.lasting(2, 30.0, 0.95, 0.1, 40.0))},
        ),
        ({"sunny_nodes": 2, "doubt_sensors": True}, {"sunny_nodes": 2, "doubt_sensors": True}),
    ],
)
def test_batteries_and_several_nodes_are_the_backtests_own(client, asked, conditions):
    policies = ["hysteresis"]
    started, *outcomes = lines(client, trace={"kind": "sample", "days": 1}, policies=policies, **asked)
    trace, work = sample_trace(1), Work(started["load_w"], started["move_cost_wh"])
    trace = backtest_stream.scaled(trace, backtest_stream.own_peaks_w(trace), 100.0)
    standard = standard_policies(work, conditions.get("batteries"))
    direct = backtest(trace, work, {name: standard[name] for name in policies}, **conditions)
    assert (started["ceiling_wh"], started["optimum_is_exact"]) == (direct.ceiling_wh, direct.is_exact)
    assert {line["name"]: line["net_wh"] for line in outcomes} == {
        name: one.net_wh for name, one in direct.outcomes.items()
    }


def test_the_systems_own_readings_are_replayed(client):
    started, *_ = lines(client, trace={"kind": "readings", "days": 1, "interval_s": 60})
    assert (started["parks"], started["samples"]) == (["a", "b"], 60)


def test_an_uploaded_trace_is_replayed(client):
    rows = "".join(f"2026-06-01T10:{minute:02}:00Z,{minute},{60 - minute}\r\n" for minute in range(60))
    started, *outcomes = lines(client, trace={"kind": "csv", "text": "timestamp,x,y\r\n" + rows})
    assert (started["parks"], started["samples"]) == (["x", "y"], 60)
    assert outcomes[-1]["moves"] == 1


@pytest.mark.parametrize(
    ("request_body", "says"),
    [
        ({"trace": {"kind": "csv", "text": "a,b\n1,2\n"}}, "timestamp"),
        ({"trace": {"kind": "csv", "text": "timestamp,a\nnoon,1\n"}}, "line 2"),
        ({"trace": {"kind": "csv", "text": "timestamp,a\n2026-06-01T10:00:00Z,1\n"}}, "two rows"),
        ({"trace": {"kind": "csv", "text": 'timestamp,"a' + "x" * 140_000}}, "field larger"),
        ({"trace": {"kind": "sample"}, "parks": ["nowhere"]}, "sample-1"),
        ({"trace": {"kind": "readings"}, "parks": ["nowhere"]}, "nowhere"),
        ({"trace": {"kind": "sample", "days": 8}}, "days"),
        ({"policies": []}, "policies"),
        ({"battery": {"hours": 0}}, "hours"),
        ({"sunny_nodes": 4}, "sunny_nodes"),
        ({"battery": {"hours": 2}, "sunny_nodes": 2}, "leave one of them out"),
        ({"policies": ["luck"]}, "policies"),
    ],
)
def test_what_cannot_be_replayed_is_told(client, request_body, says):
    answer = client.post("/rest/backtest", json=request_body)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_a_trace_beyond_the_bound_is_refused(client, monkeypatch):
    monkeypatch.setattr(backtest_stream, "MAX_VALUES", 1440 * 3 - 1)
    answer = client.post("/rest/backtest", json={"trace": {"kind": "sample", "days": 1}})
    assert (answer.status_code, "4320 values" in answer.json()["detail"]) == (400, True)


def test_a_body_beyond_the_bound_is_refused(client):
    answer = client.post("/rest/backtest", content=b" " * (4 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_so_many_at_a_time_and_places_come_back(stream):
    request = BacktestRequest(policies=(PolicyName.THESIS,))
    under_way = [stream.run(backtest_stream.Params(), request) for _ in range(MAX_AT_A_TIME)]
    with pytest.raises(RetryLater):
        stream.run(backtest_stream.Params(), request)
    under_way.clear()
    bad = BacktestRequest(trace=UploadedTrace(text="?"))
    for _ in range(MAX_AT_A_TIME + 1):
        with pytest.raises(backtest_stream.Reject):
            stream.run(backtest_stream.Params(), bad)
    assert stream.run(backtest_stream.Params(), request)
