"""The person who looks: their language, their time zone, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ahorrater.contracts.answers import DecisionEntry
from ahorrater.domain.speaking import together
from dashboard.access import Role
from dashboard.formats import decimal, wall_clock
from dashboard.texts import Texts


@dataclass(frozen=True, slots=True)
class Reader:
    """How one reader is spoken to."""

    texts: Texts
    zone: ZoneInfo
    role: Role = Role.VIEWER

    @property
    def may_order(self) -> bool:
        """Whether levers are shown."""
        return self.role is Role.OPERATOR

    def number(self, value: float, digits: int = 1) -> str:
        """A number with the decimal mark of the language."""
        return decimal(value, digits, self.texts.decimal_mark)

    def time(self, moment: datetime) -> str:
        """The time of day where the reader is."""
        return wall_clock(moment, self.zone)

    def day(self, moment: datetime) -> str:
        """The day where the reader is."""
        return moment.astimezone(self.zone).strftime("%d/%m/%Y")

    def sentence(self, entry: DecisionEntry) -> str:
        """Why a decision is what it is, in the reader's language."""
        because = self.texts.because
        if because is None:
            return entry.sentence
        return because[entry.reason].format(
            together=together(entry.chosen or self.texts.no_node, entry.also),
            chosen=entry.chosen or self.texts.no_node,
            previous=entry.previous or self.texts.no_node,
            power=self._power_of(entry),
        )

    def choice(self, entry: DecisionEntry) -> str:
        """What a decision changed, or that it changed nothing."""
        if not entry.moved:
            return self.texts.stays.format(node=together(entry.chosen or self.texts.no_node, entry.also))
        return self.way(entry.previous, entry.chosen, entry.also)

    def way(self, previous: str | None, node: str | None, also: Sequence[str]) -> str:
        """From where to where the work goes; only where it is, where it stays and others join or leave."""
        there = together(node or self.texts.no_node, also)
        return there if previous == node else f"{previous or self.texts.no_node} → {there}"

    def _power_of(self, entry: DecisionEntry) -> str:
        score_w = next((park.score_w for park in entry.parks if park.node == entry.chosen), None)
        return "? W" if score_w is None else f"{self.number(score_w)} W"
