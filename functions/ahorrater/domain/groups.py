"""Parks that share the work, as one number in a plan: bijective numeration in base `parks`.

A park alone has its own number, and nobody's is `NOWHERE`, so that plans of one park at a time are what they were.
"""

from collections.abc import Iterable


def number_of(group: Iterable[int], parks: int) -> int:
    """The number of a group; its order counts."""
    number = 0
    for park in group:
        number = number * parks + park + 1
    return number - 1


def group_of(number: int, parks: int) -> tuple[int, ...]:
    """The group that has this number."""
    group, rest = [], number + 1
    while rest > 0:
        rest, park = divmod(rest - 1, parks)
        group.append(park)
    return tuple(reversed(group))
