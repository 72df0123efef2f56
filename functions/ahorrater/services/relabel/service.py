"""What hearing decisions and obeying people have in common: the cluster, the fence, people's wishes, and patience."""

import time
from collections.abc import Callable
from datetime import datetime

from ahorrater.services.relabel.control import RelabelControl
from ahorrater.services.relabel.move import Mover
from ahorrater.services.relabel.ports import Cluster, Fence
from ahorrater.services.relabel.settings import RelabelSettings


class RelabelService:
    """A service that moves; `sleep` waits so many seconds between two looks at the pods."""

    def __init__(
        self,
        cluster: Cluster,
        fence: Fence,
        control: RelabelControl,
        settings: RelabelSettings,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cluster = cluster
        self._fence = fence
        self._control = control
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._mover = Mover(cluster, fence, settings, clock)

    def _wait(self, until: datetime) -> bool:
        if self._clock() >= until:
            return False
        self._sleep(self._settings.relabel_poll_s)
        return True
