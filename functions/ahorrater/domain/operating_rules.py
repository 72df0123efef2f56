"""What holds whatever the policy: how often the work may move, and what becomes of it while nobody has sun."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ahorrater.domain.stays import of_a_day


class Night(StrEnum):
    """What becomes of the work while no park gives power: it stays, goes to a node for the night, or stops."""

    STAY = "stay"
    PARK = "park"
    SHED = "shed"


@dataclass(frozen=True, slots=True)
class OperatingRules:
    """moves_a_day: how many moves there may be in any 24 hours; None: as many as are worth it. A park that is silent or
        not believed is left all the same, and that counts.
    night: what becomes of the work while nobody has sun. night_node: where it is parked; None: at the fullest battery.
    dark_w: a park that gives no more has no sun, sensor's offset included. The night ends at twice as much.
    """

    moves_a_day: int | None = None
    night: Night = Night.STAY
    night_node: str | None = None
    dark_w: float = 0.5

    def counted(self, moved_at: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
        """The moves that still count, where they are counted."""
        return () if self.moves_a_day is None else of_a_day(moved_at, now)

    def may_move(self, moved_at: tuple[datetime, ...], now: datetime) -> bool:
        """Whether the budget leaves another move."""
        return self.moves_a_day is None or len(self.counted(moved_at, now)) < self.moves_a_day


NO_RULES = OperatingRules()
