"""relabel as a process on the simulated cluster: faults, kills, Knative Services, people."""

import contextlib
import json
import threading

import pytest

from ahorrater.contracts.events import ClockTick
from tests.integration.event_sink import eventually
from tests.integration.relabel.relabel_world import FunctionProcess, World, tick_until_reply
from tests.integration.relabel.test_relabel_moves import Witness, decision, settle_on_first


@pytest.fixture
def process(simulated, tmp_path):
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        yield process


def test_a_decision_is_answered_with_the_event(simulated, process):
    second = simulated.workers[1]
    answer = process.hear_decision(3, second)
    assert (answer.status, answer.headers["ce-type"]) == (200, "es.ahorrater.node.relabelled.v1")
    assert answer.headers["ce-id"] == "relabelled-3"
    assert answer.json["node"] == second
    assert process.hear(ClockTick.TYPE, "t1").status == 204


def test_kill_9_between_the_two_labels(simulated, tmp_path):
    first, second, *_ = simulated.workers
    settle_on_first_node(simulated)
    simulated.simulate("faults", {"verb": "PATCH", "path": f"/nodes/{first}$", "delay_s": 20})
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        waiting = threading.Thread(target=swallow, args=(process, second))
        waiting.start()
        eventually(lambda: simulated.sunny == sorted([first, second]))
        process.kill()
        waiting.join()
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        assert process.hear_decision(2, second).status == 200
        assert simulated.sunny == [second]


def swallow(process: FunctionProcess, node: str) -> None:
    with contextlib.suppress(OSError):
        process.hear_decision(2, node)


def settle_on_first_node(world: World) -> None:
    assert world.relabel().chosen(decision(1, world.workers[0]), "d1") is not None


@pytest.mark.parametrize("status", [500, 503, 429, 403])
def test_an_api_that_refuses_is_for_later(simulated, process, status):
    second = simulated.workers[1]
    simulated.simulate("faults", {"path": "/nodes", "status": status})
    answer = process.hear_decision(1, second)
    assert answer.status == 503
    assert str(status) in answer.json["detail"]
    assert process.hear_decision(1, second).status == 200


def test_a_conflict_is_read_again_and_done(simulated, process):
    second = simulated.workers[1]
    simulated.simulate("faults", {"verb": "PATCH", "path": "/nodes/", "status": 409, "times": 2})
    assert process.hear_decision(1, second).status == 200
    assert simulated.sunny == [second]


def test_a_fence_that_is_not_ours_is_not_overwritten(simulated, process):
    body = {"metadata": {"name": "ahorrater-relabel"}, "data": {"state.json": '{"version": 99}'}}
    simulated.core.create_namespaced_config_map(simulated.namespace, body)
    answer = process.hear_decision(1, simulated.workers[1])
    assert answer.status == 503
    assert "delete it to start afresh" in answer.json["detail"]
    assert len(answer.text) <= 768
    assert simulated.sunny == []


def test_bad_decisions_are_dead_lettered(simulated, process):
    for data in (b"", b"[]", b'{"epoch": -1}', json.dumps({"epoch": 1, "chosen": "NO SUCH"}).encode()):
        assert process.hear("es.ahorrater.node.chosen.v1", "bad", data).status == 400


def test_a_knative_service_moves_make_before_break_and_gets_no_revision(simulated):
    second = simulated.workers[1]
    simulated.serve("fn", 3)
    settle_on_first(simulated, "fn-00001", 3)
    relabel = simulated.relabel()
    with Witness(simulated, "fn-00001") as witness:
        assert relabel.chosen(decision(2, second), "d2") is None
        reply = tick_until_reply(relabel)
    assert [(move.kind, move.pods) for move in reply.data.workloads] == [("Service.serving.knative.dev", 3)]
    assert simulated.ready("fn-00001") == [second] * 3
    assert witness.fewest_ready >= 3
    assert simulated.revisions == ["fn-00001"]


def test_what_does_not_fit_stays_where_it_is(simulated):
    first, second, *_ = simulated.workers
    simulated.deploy("web", 2, requests={"cpu": "1"})
    settle_on_first(simulated, "web", 2)
    simulated.deploy("full", 3, requests={"cpu": "1"}, on=second)
    eventually(lambda: simulated.ready("full") == [second] * 3, 60)
    reply = simulated.relabel().chosen(decision(2, second), "d2")
    assert (reply.data.reason, reply.data.undone) == ("no-room", True)
    assert "2.00 cores asked for, 1.00 cores free" in reply.data.sentence
    assert (simulated.sunny, simulated.ready("web")) == ([first], [first, first])


def test_a_sunny_node_that_falls_silent_is_left_and_its_work_starts_elsewhere(simulated):
    first, second, *_ = simulated.workers
    simulated.deploy("web", 2)
    simulated.serve("fn", 1)
    settle_on_first(simulated, "web", 2)
    relabel = simulated.relabel(relabel_not_ready_limit_s=1)
    relabel.chosen(decision(2, second), "d2") or tick_until_reply(relabel)
    simulated.simulate(f"nodes/{second}", {"ready": False})
    reply = tick_until_reply(relabel, name="silence")
    assert (reply.data.reason, reply.data.previous) == ("node-not-ready", first)
    assert simulated.sunny == [first]
    relabel.chosen(decision(3, first), "d3") or tick_until_reply(relabel)
    assert simulated.ready("web") == [first] * 2
    assert simulated.ready("fn-00001") == [first]


def test_the_pods_of_a_dead_node_are_made_anew_though_nothing_can_be_rolled(simulated):
    first, second, *_ = simulated.workers
    simulated.deploy("web", 2)
    relabel = simulated.relabel(relabel_not_ready_limit_s=0)
    relabel.chosen(decision(1, first), "d1") or tick_until_reply(relabel)
    eventually(lambda: simulated.ready("web") == [first] * 2, 60)
    simulated.simulate(f"nodes/{first}", {"ready": False})
    assert tick_until_reply(relabel, name="silence").data.reason == "node-not-ready"
    simulated.simulate("faults", {"verb": "PATCH", "path": "/(deployments|revisions)/", "status": 500, "times": 10_000})
    relabel.chosen(decision(2, second), "d2") or tick_until_reply(relabel, name="again")
    assert simulated.ready("web") == [second] * 2


def test_what_people_ask_for(simulated, process):
    first, second, *_ = simulated.workers
    simulated.deploy("web", 1)
    moved = process.request("POST", f"/rest/updatePodsSun/{first}")
    assert (moved.status, moved.json["finished"]) == (200, True)
    assert simulated.ready("web") == [first]
    assert process.request("POST", f"/rest/labelNode/{second}").json["labels_after"][second] == "1"
    assert simulated.sunny == [second]
    assert simulated.ready("web") == [first]
    assert process.request("POST", "/rest/unlabelNodes").json["labels_before"][second] == "1"
    assert simulated.sunny == []
    process.hear(ClockTick.TYPE, "t1")
    assert simulated.sunny == [second]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/rest/updatePodsSun/nowhere", 404),
        ("POST", "/rest/labelNode/nowhere", 404),
        ("POST", "/rest/labelNode/NOT_A_NAME", 400),
        ("POST", "/rest/labelNode/" + "a" * 254, 400),
        ("POST", "/rest/unlabelNodes?all=yes", 400),
        ("GET", "/rest/unlabelNodes", 405),
        ("POST", "/rest/labelNode/", 404),
        ("POST", "/rest/control/approve/1", 404),
        ("POST", "/rest/control/veto/many", 400),
        ("POST", "/rest/control/mode/sometimes", 400),
        ("POST", "/rest/control", 405),
    ],
)
def test_wrong_requests_are_told_what_is_wrong(simulated, process, method, path, status):
    answer = process.request(method, path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_node_that_is_not_ready_is_refused(simulated, process):
    second = simulated.workers[1]
    simulated.simulate(f"nodes/{second}", {"ready": False})
    answer = process.request("POST", f"/rest/updatePodsSun/{second}")
    assert answer.status == 422
    assert second in answer.json["detail"]
    failed = process.hear_decision(1, second)
    assert (failed.headers["ce-type"], failed.json["reason"]) == ("es.ahorrater.move.failed.v1", "node-not-ready")


def test_people_steer_and_a_restart_forgets_nothing(simulated, tmp_path):
    first, second, *_ = simulated.workers
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        assert process.hear_decision(1, first).status == 200
        assert process.request("POST", "/rest/control/pause").json["paused"]
        assert process.hear_decision(2, second).json["mode"] == "recommend-only"
        assert process.request("POST", "/rest/control/mode/recommend-only").json["waiting"]["epoch"] == 2
        process.kill()
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        shown = process.request("GET", "/rest/control").json
        assert (shown["paused"], shown["mode"], shown["waiting"]["node"]) == (True, "recommend-only", second)
        assert process.request("POST", "/rest/control/approve/2").status == 422
        assert process.request("POST", "/rest/control/resume").status == 200
        assert process.hear(ClockTick.TYPE, "t1").status == 204
        assert process.request("POST", "/rest/control/veto/2").json["waiting"]["state"] == "vetoed"
        assert process.hear(ClockTick.TYPE, "t2").status == 204
        assert process.hear_decision(3, second).json["node"] == second
        assert process.request("POST", "/rest/control/approve/3").json["waiting"]["state"] == "approved"
        process.kill()
    assert simulated.sunny == [first]
    with FunctionProcess("relabel", tmp_path, simulated) as process:
        moved = process.hear(ClockTick.TYPE, "t3")
        assert (moved.headers["ce-type"], moved.json["epoch"]) == ("es.ahorrater.node.relabelled.v1", 3)
        assert simulated.sunny == [second]
        assert process.request("GET", "/rest/control").json["waiting"] is None


def test_the_manual_paths_and_the_control_take_the_token(simulated, tmp_path):
    paths = ["updatePodsSun/x", "labelNode/x", "unlabelNodes", "control/pause", "control/resume"]
    paths += ["control/mode/apply", "control/approve/1", "control/veto/1"]
    with FunctionProcess("relabel", tmp_path, simulated, MANUAL_TOKEN="the-token") as process:
        for path in paths:
            assert process.request("POST", f"/rest/{path}").status == 401
            wrong = process.request("POST", f"/rest/{path}", headers={"Authorization": "Bearer other"})
            assert (wrong.status, "the-token" in wrong.text) == (403, False)
        assert process.request("GET", "/rest/control").status == 200
        opened = process.request("POST", "/rest/control/pause", headers={"Authorization": "Bearer the-token"})
        assert opened.json["paused"]
        assert process.hear_decision(1, simulated.workers[0]).status == 200


def test_recommend_only_leaves_the_cluster_as_it_is(simulated, tmp_path):
    second = simulated.workers[1]
    with FunctionProcess("relabel", tmp_path, simulated, RELABEL_MODE="recommend-only") as process:
        answer = process.hear_decision(1, second)
        assert (answer.status, answer.json["mode"]) == (200, "recommend-only")
        assert process.request("POST", f"/rest/labelNode/{second}").json["mode"] == "recommend-only"
    assert simulated.sunny == []
    maps = simulated.core.list_namespaced_config_map(simulated.namespace).items
    assert "ahorrater-relabel" not in [one.metadata.name for one in maps]
