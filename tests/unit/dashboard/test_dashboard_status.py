from datetime import UTC, datetime

import pytest

from ahorrater.contracts.answers import PanelNow
from ahorrater.contracts.events import DeviceStatus
from ahorrater.domain.parks import Freshness
from dashboard.status import Status, status_of


def panel(device: DeviceStatus | None, freshness: Freshness) -> PanelNow:
    return PanelNow(
        node="sol-1",
        current_a=0.5,
        voltage_v=18.0,
        power_w=9.0,
        battery_soc=None,
        overflow=False,
        measured_at=datetime(2026, 7, 1, tzinfo=UTC),
        age_s=1.0,
        freshness=freshness,
        device=device,
    )


@pytest.mark.parametrize(
    ("device", "freshness", "status"),
    [
        (DeviceStatus.ONLINE, Freshness.FRESH, Status.ONLINE),
        (None, Freshness.FRESH, Status.ONLINE),
        (DeviceStatus.ONLINE, Freshness.STALE, Status.STALE),
        (None, Freshness.STALE, Status.STALE),
        (DeviceStatus.OFFLINE, Freshness.FRESH, Status.OFFLINE),
        (DeviceStatus.OFFLINE, Freshness.STALE, Status.OFFLINE),
        (DeviceStatus.SLEEPING, Freshness.STALE, Status.SLEEPING),
        (None, Freshness.MISSING, Status.SILENT),
    ],
)
def test_status(device: DeviceStatus | None, freshness: Freshness, status: Status) -> None:
    assert status_of(panel(device, freshness)) is status
