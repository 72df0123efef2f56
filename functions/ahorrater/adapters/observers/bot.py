"""The bot in numbers."""

from ahorrater.adapters.functions import Emit, Event
from ahorrater.adapters.functions.metrics import Counter
from ahorrater.services.bot.updates import Outcome


class BotObserver:
    """What became of Telegram's updates. Strangers are counted here and nowhere else."""

    def __init__(self) -> None:
        known = [(outcome.value,) for outcome in Outcome]
        self._updates = Counter("ahorrater_bot_updates", "Updates, by what became of them", ("outcome",), known)
        self.families = (self._updates,)

    def heard(self, event: Event, reply: Emit | None) -> None:
        """Nothing: the bot hears no events."""

    def count(self, outcome: Outcome) -> None:
        """One update."""
        self._updates.add(outcome.value)
