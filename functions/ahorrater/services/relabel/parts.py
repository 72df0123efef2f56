"""The workloads' parts in a move: who takes part, what is remembered for the way back, who is to blame."""

from collections.abc import Iterable, Mapping

from ahorrater.domain.cluster import Workload
from ahorrater.domain.moves import settled, unschedulable, why_skipped
from ahorrater.domain.stays import why_stays
from ahorrater.services.relabel.state import Part, RelabelState, key_of, kind_of


def plan_part(workload: Workload, state: RelabelState) -> Part:
    """The workload's part in the move; what an unfinished move before it knew of the way back is kept."""
    before = state.part_of(workload)
    ready = sum(pod.ready_since is not None for pod in workload.live_pods)
    marks = {template.name: template.mark for template in workload.templates}
    return Part(
        kind=kind_of(workload),
        namespace=workload.namespace,
        name=workload.name,
        pods=max(workload.replicas, len(workload.live_pods)),
        ready_before=max(ready, before.ready_before) if before else ready,
        marks_before=marks | before.marks_before if before else marks,
        skipped=why_skipped(workload, state.targets) or _why_it_stays(workload, state),
    )


def skip(parts: Iterable[Part], reasons: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts, those that have a reason skipped for it."""
    return tuple(part.model_copy(update={"skipped": reasons.get(part.key, part.skipped)}) for part in parts)


def awaited(workloads: Iterable[Workload], state: RelabelState) -> list[Workload]:
    """The workloads that the move is about: those with a part that is not skipped."""
    keys = {part.key for part in state.parts if part.skipped is None}
    return [workload for workload in workloads if key_of(workload) in keys]


def is_to_blame(workload: Workload, state: RelabelState) -> bool:
    """A workload that was not Ready before the move either fails no move, unless it is the node that lacks room."""
    part = state.part_of(workload)
    was_ready = part is not None and part.ready_before > 0
    return not settled(workload, state.targets) and (was_ready or unschedulable(workload) is not None)


def _why_it_stays(workload: Workload, state: RelabelState) -> str | None:
    """People who move the label themselves are not held up by a stay or a budget, nor is a workload that does not run
    where it is; a pinned one stays for all.
    """
    runs = any(pod.ready_since is not None for pod in workload.live_pods)
    moved_at = state.moved_at.get(key_of(workload), ()) if runs and not state.manual else ()
    return why_stays(workload.rules, moved_at, state.started_at)
