"""The synthetic day."""

from itertools import islice

import pytest

from ahorrater.domain.synthetic_sky import LIGHT_UNDER_CLOUD, clear_sky, cover, transmission
from infra.local.parks.day import SyntheticDay
from infra.local.parks.panel import measure

NODES = ("a", "b", "c")
PEAK_W = 60.0


def day(seed: int = 1, day_s: float = 600) -> SyntheticDay:
    return SyntheticDay(NODES, PEAK_W, day_s, period_s=1, start_h=8, seed=seed)


@pytest.mark.parametrize(("hour", "share"), [(0, 0), (5.5, 0), (13, 1), (20.5, 0), (23.9, 0)])
def test_the_clear_skys_bell(hour: float, share: float) -> None:
    assert clear_sky(hour) == pytest.approx(share)


def test_it_is_lighter_towards_noon() -> None:
    morning = [clear_sky(hour) for hour in range(5, 14)]
    assert morning == sorted(morning)


@pytest.mark.parametrize(
    ("cloud_cover", "share"), [(0, 1), (0.45, 1), (0.58, LIGHT_UNDER_CLOUD), (1, LIGHT_UNDER_CLOUD)]
)
def test_clouds_take_light(cloud_cover: float, share: float) -> None:
    assert transmission(cloud_cover) == pytest.approx(share)


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    def first(seed: int) -> list[float]:
        return [sample.power_w["b"] for sample in islice(day(seed).samples(), 100)]

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_power_stays_within_the_panel_and_the_sun_moves_from_park_to_park() -> None:
    samples = list(islice(day().samples(), 300))
    assert all(0 <= power <= PEAK_W for sample in samples for power in sample.power_w.values())
    best = {max(sample.power_w, key=sample.power_w.__getitem__) for sample in samples if any(sample.power_w.values())}
    assert best == set(NODES)


def test_clouds_are_correlated_in_time() -> None:
    steps = [abs(cover(1, minute / 60) - cover(1, (minute + 1) / 60)) for minute in range(1440)]
    assert max(steps) < 0.2


def test_samples_are_due_at_their_period() -> None:
    assert [sample.due_s for sample in islice(day().samples(), 3)] == [0, 1, 2]


@pytest.mark.parametrize("power_w", [0, 0.0005, 0.5, 30, 60])
def test_the_sensor_stays_within_its_range(power_w: float) -> None:
    measurement = measure(power_w, PEAK_W)
    assert 0 <= measurement.voltage_v <= 26
    assert 0 <= measurement.current_a <= 3.2
    assert measurement.power_w == pytest.approx(power_w, abs=0.01)
