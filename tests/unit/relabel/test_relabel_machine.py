"""Whatever comes, in whatever order, and wherever the process dies: the sunny nodes alone, and epochs that only grow.

Whoever steers meanwhile: no epoch begins that people have not let begin.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ahorrater.contracts.control import RecommendationState
from ahorrater.contracts.errors import NotFound, Refused
from ahorrater.contracts.events import NodeChosen, RelabelMode
from tests.unit.relabel.decisions import cluster_of, control_of, decision, manual_on, relabel_on
from tests.unit.relabel.fake_cluster import Crash

NODES = ["a", "b", "c"]
nodes = st.sampled_from(NODES)
further = st.just([]) | st.lists(nodes, unique=True, max_size=2)
kills = st.none() | st.integers(0, 6)


class RelabelMachine(RuleBasedStateMachine):
    """Events are made once and delivered at will; `interrupted` while a killed handler was not made up for."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = cluster_of(*NODES)
        self.events: list[NodeChosen] = []
        self.ticks = 0
        self.interrupted = False
        self.lit = False
        self.highest_epoch = 0
        self.cluster.after_write = self.watch

    def watch(self) -> None:
        """After every single write: once lit never dark, and the fence never goes back."""
        assert self.cluster.sunny or not self.lit, self.cluster.writes[-6:]
        self.lit = bool(self.cluster.sunny)
        epoch = self.cluster.state.epoch if self.cluster.state else 0
        assert epoch >= self.highest_epoch
        assert epoch == self.highest_epoch or self.may_begin(epoch)
        self.highest_epoch = epoch

    def may_begin(self, epoch: int) -> bool:
        """Whether people let decisions of that epoch be acted on."""
        control = self.cluster.control.state
        held = control.held if control.held and control.held.decision.epoch == epoch else None
        vetoed = held is not None and held.state is RecommendationState.VETOED
        approved = held is not None and held.state is RecommendationState.APPROVED
        return not control.paused and not vetoed and (approved or control.mode is not RelabelMode.RECOMMEND_ONLY)

    @initialize(replicas=st.integers(1, 3), node=nodes)
    def workloads(self, replicas: int, node: str) -> None:
        self.cluster.add_deployment("web", node, replicas, sheddable=True)
        self.cluster.add_knative_service("fn", node, replicas)

    @rule(node=nodes, others=further, shed=st.booleans(), kill=kills)
    def decide(self, node: str, others: list[str], shed: bool, kill: int | None) -> None:
        also = [other for other in others if other != node]
        self.events.append(decision(len(self.events) + 1, node, *also, shed=shed))
        self.deliver(len(self.events) - 1, kill)

    @rule(node=nodes)
    def decide_and_lose_the_event_for_now(self, node: str) -> None:
        self.events.append(decision(len(self.events) + 1, node))

    @precondition(lambda self: self.events)
    @rule(number=st.integers(0, 1000), kill=kills)
    def deliver_late_or_again(self, number: int, kill: int | None) -> None:
        self.deliver(number % len(self.events), kill)

    @rule(kill=kills)
    def tick(self, kill: int | None) -> None:
        self.ticks += 1
        self.run(lambda: relabel_on(self.cluster).tick(f"t{self.ticks}"), kill)

    @rule(node=nodes, kill=kills, only_label=st.booleans())
    def move_by_hand(self, node: str, kill: int | None, only_label: bool) -> None:
        manual = manual_on(self.cluster)
        self.run(lambda: manual.label_node(node) if only_label else manual.update_pods_sun(node), kill, mends=False)

    @rule(kill=kills, paused=st.booleans())
    def pause_or_resume(self, kill: int | None, paused: bool) -> None:
        control = control_of(self.cluster)
        self.run(control.pause if paused else control.resume, kill, mends=False)

    @rule(kill=kills, mode=st.sampled_from(RelabelMode))
    def set_mode(self, kill: int | None, mode: RelabelMode) -> None:
        self.run(lambda: control_of(self.cluster).set_mode(mode), kill, mends=False)

    @rule(kill=kills, verb=st.sampled_from(["approve", "veto"]), older=st.booleans())
    def judge(self, kill: int | None, verb: str, older: bool) -> None:
        held = self.cluster.control.state.held
        epoch = held.decision.epoch - older if held else 1
        self.run(lambda: getattr(control_of(self.cluster), verb)(epoch), kill, mends=False)

    @rule()
    def the_next_tick_does_what_may_be_done(self) -> None:
        due = control_of(self.cluster).due()
        self.tick(None)
        if due is not None:
            assert self.cluster.state is not None
            assert self.cluster.state.epoch >= due.epoch

    @rule(node=nodes, ready=st.booleans(), schedulable=st.booleans(), full=st.booleans())
    def weather(self, node: str, ready: bool, schedulable: bool, full: bool) -> None:
        if node in self.cluster.node_by_name:
            self.cluster.change_node(node, ready=ready, schedulable=schedulable)
        (self.cluster.full.add if full else self.cluster.full.discard)(node)

    @rule(node=nodes)
    def delete_or_add_node(self, node: str) -> None:
        if node in self.cluster.node_by_name:
            self.cluster.delete_node(node)
        else:
            self.cluster.add_node(node)
        self.lit = bool(self.cluster.sunny)

    @rule(seconds=st.sampled_from([1, 10, 61]))
    def time_passes(self, seconds: int) -> None:
        self.cluster.step()
        self.cluster.pass_time(seconds)

    def deliver(self, number: int, kill: int | None) -> None:
        event = self.events[number]
        applied = self.cluster.state.epoch if self.cluster.state else 0
        mends = event.epoch == applied or (event.epoch > applied and control_of(self.cluster).acts())
        self.run(lambda: relabel_on(self.cluster).chosen(event, f"d{event.epoch}"), kill, mends=mends)

    def run(self, work: object, kill: int | None, *, mends: bool = True) -> None:
        """Runs a handler that may be killed after `kill` writes; one that is not, run again, writes nothing more."""
        self.cluster.crash_after = kill
        try:
            reply = work()
        except Crash:
            self.interrupted = True
            return
        except (NotFound, Refused):
            return
        finally:
            self.cluster.crash_after = None
        self.interrupted = self.interrupted and not mends
        if mends and self.cluster.state is not None and self.cluster.state.finished:
            before = list(self.cluster.writes)
            assert work() == reply
            assert self.cluster.writes == before

    @invariant()
    def exactly_the_sunny_nodes_at_rest(self) -> None:
        if self.interrupted:
            return
        wanted = self.cluster.state.sunny_nodes if self.cluster.state else ()
        assert len(self.cluster.sunny) <= 1 or set(self.cluster.sunny) <= set(wanted)
        assert self.cluster.sunny or not self.lit


RelabelMachine.TestCase.settings = settings(
    max_examples=80, stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
test_relabel_machine = RelabelMachine.TestCase
