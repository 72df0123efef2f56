"""The best possible plan: what a clairvoyant would have done. Dynamic programming over nodes, O(samples x parks).

A plan is, for each sample, the number of the park that the work is on.
"""

from array import array
from collections.abc import Sequence
from itertools import pairwise

NOWHERE = -1
"""In a plan: the work has not been placed yet."""


def moves_of(plan: Sequence[int]) -> int:
    """How often a plan moves; being placed for the first time is no move."""
    return sum(before not in (after, NOWHERE) for before, after in pairwise(plan))


def best_plan(served_wh: Sequence[Sequence[float]], move_cost_wh: float) -> Sequence[int]:
    """For each sample the park that the best plan is on.

    `served_wh[park][sample]` is what the workloads would get there. The first park is free, each later move costs
    `move_cost_wh`. Only two things can be best: to have stayed, or to come from the park that was best of all; so one
    byte a park and sample is remembered, and one number a sample.
    """
    parks, samples = len(served_wh), len(served_wh[0])
    value = [column[0] for column in served_wh]
    came: list[bytes] = []
    leaders = array("l", [0])
    for sample in range(1, samples):
        leader = max(range(parks), key=value.__getitem__)
        arriving = value[leader] - move_cost_wh
        came.append(bytes(arriving > stayed for stayed in value))
        leaders.append(leader)
        value = [max(stayed, arriving) + column[sample] for stayed, column in zip(value, served_wh, strict=True)]
    plan = array("l", [max(range(parks), key=value.__getitem__)])
    for sample in range(samples - 1, 0, -1):
        plan.append(leaders[sample] if came[sample - 1][plan[-1]] else plan[-1])
    plan.reverse()
    return plan
