"""Several sunny nodes: the fewest parks, best first, whose power together feeds the workloads."""

from collections.abc import Sequence

from ahorrater.domain.parks import Park


def sunniest(parks: Sequence[Park], load_w: float, most: int) -> tuple[Park, ...]:
    """The parks to spread a load of `load_w` over, at most `most` and at least one where there is any; by power, then
    by name. Only fresh parks should be given.
    """
    ranked = sorted(parks, key=lambda park: (-park.smoothed_power_w, park.node))[: max(most, 1)]
    chosen: list[Park] = []
    for park in ranked:
        if chosen and sum(one.smoothed_power_w for one in chosen) >= load_w:
            break
        chosen.append(park)
    return tuple(chosen)


def shares_w(parks: Sequence[Park], load_w: float) -> dict[str, float]:
    """How much of the load each of the chosen parks carries, W: in proportion to what it gives."""
    total_w = sum(max(park.smoothed_power_w, 0.0) for park in parks)
    if total_w <= 0:
        return {park.node: load_w / len(parks) for park in parks}
    return {park.node: load_w * max(park.smoothed_power_w, 0.0) / total_w for park in parks}
