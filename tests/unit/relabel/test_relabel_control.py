"""People steer relabel: pause, recommend-only, approve, veto."""

from contextlib import suppress

import pytest

from ahorrater.contracts.control import RecommendationState
from ahorrater.contracts.errors import NotFound, Refused
from ahorrater.contracts.events import MoveFailed, NodeRelabelled, RelabelMode
from tests.unit.relabel.decisions import cluster_of, control_of, decision, manual_on, relabel_on
from tests.unit.relabel.fake_cluster import Crash, FakeCluster

APPLY, RECOMMEND = RelabelMode.APPLY, RelabelMode.RECOMMEND_ONLY


def cluster_on_a(*, paused: bool = False, mode: RelabelMode = APPLY) -> FakeCluster:
    """Decision 1 put the label and a Deployment on a; then people steered."""
    cluster = cluster_of("a", "b", "c")
    cluster.add_deployment("web", "a")
    relabel_on(cluster).chosen(decision(1, "a"), "d1")
    relabel_on(cluster).tick("t1")
    control_of(cluster).set_mode(mode)
    if paused:
        control_of(cluster).pause()
    cluster.writes.clear()
    return cluster


def waiting(cluster: FakeCluster) -> tuple[int, str, RecommendationState] | None:
    held = control_of(cluster).show().waiting
    return (held.epoch, held.node, held.state) if held else None


def test_at_first_everything_is_as_the_settings_say():
    shown = control_of(cluster_of("a"), RECOMMEND).show()
    assert (shown.mode, shown.paused, shown.changed_at, shown.waiting) == (RECOMMEND, False, None, None)


def test_what_is_steered_is_shown_with_its_moment():
    cluster = cluster_of("a")
    assert control_of(cluster).pause().paused
    cluster.pass_time(5)
    shown = control_of(cluster).set_mode(RECOMMEND)
    assert (shown.mode, shown.paused, shown.changed_at) == (RECOMMEND, True, cluster.now)
    cluster.pass_time(5)
    assert control_of(cluster).pause() == shown
    assert not control_of(cluster).resume().paused


@pytest.mark.parametrize(("paused", "mode"), [(True, APPLY), (False, RECOMMEND), (True, RECOMMEND)])
def test_a_decision_that_may_not_be_acted_on_is_held_and_announced(paused, mode):
    cluster = cluster_on_a(paused=paused, mode=mode)
    reply = relabel_on(cluster).chosen(decision(2, "b"), "d2")
    assert reply is not None
    assert reply.id == "recommended-2"
    assert isinstance(reply.data, NodeRelabelled)
    assert (reply.data.mode, reply.data.pods_moved) == (RECOMMEND, 0)
    assert waiting(cluster) == (2, "b", RecommendationState.WAITING)
    assert relabel_on(cluster).tick("t2") is None
    assert cluster.writes == []
    assert cluster.sunny == ["a"]


def test_the_newest_decision_replaces_the_one_that_waits_and_older_ones_do_not():
    cluster = cluster_on_a(mode=RECOMMEND)
    for epoch, node in [(2, "b"), (4, "c"), (3, "b"), (4, "c")]:
        relabel_on(cluster).chosen(decision(epoch, node), f"d{epoch}")
    assert waiting(cluster) == (4, "c", RecommendationState.WAITING)


def test_on_resume_the_latest_decision_is_applied_at_a_tick():
    cluster = cluster_on_a(paused=True)
    for epoch, node in [(2, "b"), (3, "c")]:
        relabel_on(cluster).chosen(decision(epoch, node), f"d{epoch}")
    control_of(cluster).resume()
    reply = relabel_on(cluster).tick("t2")
    assert reply is not None
    assert reply.id == "relabelled-3"
    assert (cluster.sunny, cluster.where("web")) == (["c"], ["c"])
    assert relabel_on(cluster).tick("t2") == reply
    assert waiting(cluster) is None


@pytest.mark.parametrize("steer", ["apply", "approve"])
def test_a_recommendation_is_applied_once_people_want_it(steer):
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control = control_of(cluster)
    shown = control.approve(2) if steer == "approve" else control.set_mode(APPLY)
    assert shown.waiting is not None
    reply = relabel_on(cluster).tick("t2")
    assert reply is not None
    assert isinstance(reply.data, NodeRelabelled)
    assert (reply.id, reply.data.mode, reply.data.pods_moved) == ("relabelled-2", APPLY, 1)
    assert (cluster.sunny, cluster.where("web")) == (["b"], ["b"])
    assert waiting(cluster) is None
    assert relabel_on(cluster).tick("t3") is None


def test_an_approved_move_that_fails_is_undone_as_any_other():
    cluster = cluster_on_a(mode=RECOMMEND)
    cluster.full = {"b"}
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).approve(2)
    assert relabel_on(cluster).tick("t2") is None
    cluster.pass_time(61)
    reply = relabel_on(cluster).tick("t3")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert (reply.data.epoch, reply.data.undone, cluster.sunny) == (2, True, ["a"])


@pytest.mark.parametrize("then", ["nothing", "resume", "apply", "again"])
def test_what_was_vetoed_is_never_applied(then):
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).veto(2)
    if then == "resume":
        control_of(cluster).resume()
    if then == "apply":
        control_of(cluster).set_mode(APPLY)
    if then == "again":
        relabel_on(cluster).chosen(decision(2, "b"), "d2")
    assert relabel_on(cluster).tick("t2") is None
    assert (cluster.sunny, waiting(cluster)) == (["a"], (2, "b", RecommendationState.VETOED))


def test_another_choice_ends_a_veto():
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).veto(2)
    relabel_on(cluster).chosen(decision(3, "c"), "d3")
    assert waiting(cluster) == (3, "c", RecommendationState.WAITING)


def test_people_may_change_their_mind_until_the_move_begins():
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).veto(2)
    control_of(cluster).approve(2)
    control_of(cluster).veto(2)
    assert relabel_on(cluster).tick("t2") is None
    control_of(cluster).approve(2)
    assert relabel_on(cluster).tick("t3") is not None
    with pytest.raises(NotFound):
        control_of(cluster).veto(2)


@pytest.mark.parametrize("verb", ["approve", "veto"])
def test_only_the_decision_that_waits_can_be_judged(verb):
    cluster = cluster_on_a(mode=RECOMMEND)
    with pytest.raises(NotFound, match="no decision waits"):
        getattr(control_of(cluster), verb)(1)
    relabel_on(cluster).chosen(decision(3, "c"), "d3")
    for epoch in (1, 2, 4):
        with pytest.raises(Refused, match="that is 3, for c"):
            getattr(control_of(cluster), verb)(epoch)


def test_a_pause_counts_more_than_an_approval():
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).approve(2)
    control_of(cluster).pause()
    assert relabel_on(cluster).tick("t2") is None
    with pytest.raises(Refused, match="paused"):
        control_of(cluster).approve(2)
    control_of(cluster).resume()
    assert relabel_on(cluster).tick("t3") is not None
    assert cluster.sunny == ["b"]


def test_a_newer_decision_replaces_an_approved_one_that_has_not_begun():
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).approve(2)
    relabel_on(cluster).chosen(decision(3, "c"), "d3")
    assert relabel_on(cluster).tick("t2") is None
    assert (cluster.sunny, waiting(cluster)) == (["a"], (3, "c", RecommendationState.WAITING))


def test_a_lost_label_is_put_back_while_paused():
    cluster = cluster_on_a(paused=True)
    cluster.change_node("a", label=None)
    relabel_on(cluster).tick("t2")
    assert cluster.sunny == ["a"]


def test_a_move_under_way_is_brought_to_its_end_while_paused():
    cluster = cluster_on_a()
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    control_of(cluster).pause()
    reply = relabel_on(cluster).tick("t2")
    assert reply is not None
    assert (reply.id, cluster.where("web")) == ("relabelled-2", ["b"])


def test_a_node_that_cannot_be_sunny_is_not_held_and_choose_node_is_told():
    cluster = cluster_on_a(paused=True)
    cluster.change_node("b", ready=False)
    reply = relabel_on(cluster).chosen(decision(2, "b"), "d2")
    assert reply is not None
    assert isinstance(reply.data, MoveFailed)
    assert waiting(cluster) is None


def test_people_move_by_hand_while_paused():
    cluster = cluster_on_a(paused=True)
    assert manual_on(cluster).update_pods_sun("c").mode is APPLY
    assert cluster.sunny == ["c"]


def test_the_mode_that_people_set_is_that_of_the_manual_paths_too():
    cluster = cluster_on_a(mode=RECOMMEND)
    assert manual_on(cluster, APPLY).label_node("c").mode is RECOMMEND
    assert cluster.writes == []


@pytest.mark.parametrize("kills", range(8))
def test_killed_after_any_write_an_approval_is_carried_out(kills):
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    cluster.crash_after = kills
    survive(lambda: control_of(cluster).approve(2))
    replies = [survive(lambda: relabel_on(cluster).tick("t2")) for _ in range(3)]
    assert "relabelled-2" in {reply.id for reply in replies if reply is not None}
    assert (cluster.sunny, cluster.where("web")) == (["b"], ["b"])
    assert cluster.writes.count("roll web 2") == 1


def survive(work: object) -> object:
    with suppress(Crash):
        return work()


def rivalling(cluster: FakeCluster, rival: object) -> None:
    """Before the next write of the control state, `rival` runs to its end."""

    def interrupt(write: str) -> None:
        if write == "control":
            cluster.before_write = lambda _: None
            rival()

    cluster.before_write = interrupt


def test_a_decision_and_an_approval_of_the_one_before_at_once():
    cluster = cluster_on_a(mode=RECOMMEND)
    relabel_on(cluster).chosen(decision(2, "b"), "d2")
    rivalling(cluster, lambda: relabel_on(cluster).chosen(decision(3, "c"), "d3"))
    with pytest.raises(Refused, match="that is 3"):
        control_of(cluster).approve(2)
    rivalling(cluster, lambda: control_of(cluster).approve(3))
    relabel_on(cluster).chosen(decision(4, "b"), "d4")
    assert waiting(cluster) == (4, "b", RecommendationState.WAITING)


def test_two_people_at_once_both_count():
    cluster = cluster_on_a()
    rivalling(cluster, lambda: control_of(cluster).set_mode(RECOMMEND))
    shown = control_of(cluster).pause()
    assert (shown.mode, shown.paused) == (RECOMMEND, True)
