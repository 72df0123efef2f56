"""Parks that publish from outside the cluster."""

import itertools
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from infra.deploy.selfcheck.device import Device

INTERVAL_S = 1.0
VOLTAGES_V = (18.0, 18.02, 17.98)
"""A panel never says the same for minutes: such a sensor would not be believed."""


class Parks:
    """One reading a second of each park, with the power that the test wants."""

    def __init__(self, devices: Sequence[Device]) -> None:
        self.names = tuple(device.park for device in devices)
        self._power_w: Mapping[str, float] = dict.fromkeys(self.names, 1.0)
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._publish, args=(device,)) for device in devices]

    def shine_on(self, sunny: str) -> None:
        """Much power for one park, little for all others."""
        self._power_w = {park: 36.0 if park == sunny else 2.0 for park in self.names}

    def _publish(self, device: Device) -> None:
        voltages = itertools.cycle(VOLTAGES_V)
        while not self._ended.wait(INTERVAL_S):
            device.publish(voltage_v := next(voltages), self._power_w[device.park] / voltage_v)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
