"""What a move would do, for people who want to be asked first. Reads, never writes, not even the fence."""

from collections.abc import Callable
from datetime import datetime

from ahorrater.contracts.events import NodeChosen, RelabelMode
from ahorrater.domain.sunny import labels, labels_with, taking_pods
from ahorrater.services.relabel.parts import awaited
from ahorrater.services.relabel.plan import plan_move
from ahorrater.services.relabel.ports import Cluster, Reply
from ahorrater.services.relabel.reply import failed, relabelled, reply_of
from ahorrater.services.relabel.state import Failure, begin


def recommend(cluster: Cluster, chosen: NodeChosen, clock: Callable[[], datetime]) -> Reply:
    """What following the decision would have done to the cluster as it is."""
    nodes, now = cluster.nodes(), clock()
    state = begin(
        None,
        epoch=chosen.epoch,
        manual=0,
        node=chosen.chosen,
        labels=labels(nodes),
        cause="",
        now=now,
        deadline=now,
        also=taking_pods(nodes, chosen.also),
        shed=chosen.shed,
    )
    plan = plan_move(cluster, nodes, state)
    if plan.failure is not None:
        sentence = f"{plan.failure.sentence}; no workload would be moved."
        failure = Failure(reason=plan.failure.reason, sentence=sentence, undo=state.previous is not None)
        state = state.changed(failure=failure)
        return reply_of(state, failed(state, labels(nodes), now))
    state = state.changed(parts=plan.parts)
    after = labels_with(nodes, state.targets)
    data = relabelled(state, after, awaited(plan.workloads, state), now, RelabelMode.RECOMMEND_ONLY)
    return Reply(f"recommended-{chosen.epoch}", data)
