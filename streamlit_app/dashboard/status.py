"""What a park's device is doing, from what it says of itself and from how old its last value is."""

from enum import StrEnum

from ahorrater.contracts.answers import PanelNow
from ahorrater.contracts.events import DeviceStatus
from ahorrater.domain.parks import Freshness


class Status(StrEnum):
    """What people are told of a park's device."""

    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    SLEEPING = "sleeping"
    SILENT = "silent"


_BY_FRESHNESS = {Freshness.FRESH: Status.ONLINE, Freshness.STALE: Status.STALE, Freshness.MISSING: Status.SILENT}


def status_of(panel: PanelNow) -> Status:
    """A device that says that it is gone or asleep is believed; else its last value's age speaks."""
    if panel.device is DeviceStatus.OFFLINE:
        return Status.OFFLINE
    if panel.device is DeviceStatus.SLEEPING:
        return Status.SLEEPING
    return _BY_FRESHNESS[panel.freshness]
