"""The soak's hurried time, and that its recomputation sees a drift."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.load.processes import name_of
from tests.load.soak_parts.recomputation import begin_of, close, numbers_of
from tests.load.soak_parts.timeline import Timeline

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
TIMELINE = Timeline(began_s=1000.0, begin=BEGIN, speed=720, nodes=("a", "b", "c"), rate=500)


def test_a_day_lasts_two_minutes_and_has_its_share_of_the_readings() -> None:
    assert TIMELINE.at(1000 + 120) == BEGIN + timedelta(days=1)
    assert TIMELINE.lag_s(BEGIN, 1003) == pytest.approx(3)
    assert [TIMELINE.due(at) for at in (999, 1000, 1060, 1120)] == [0, 0, 10_000, 20_000]


def test_what_a_device_measures_can_be_measured_again() -> None:
    day = list(TIMELINE.readings(1, 0, 20_000))
    assert day == list(TIMELINE.readings(1, 0, 20_000))
    assert {(later.measured_at or BEGIN) - (one.measured_at or BEGIN) for one, later in pairwise(day)} == {
        TIMELINE.period
    }
    assert day[1000].watts == 0 < day[10_000].watts


def test_one_reading_more_or_less_is_a_drift() -> None:
    minute = [one for one in TIMELINE.readings(0, 10_000, 10_030) if begin_of(one, 60) == BEGIN + timedelta(hours=12)]
    assert close(numbers_of(minute), numbers_of(minute))
    assert not close(numbers_of(minute), numbers_of(minute[1:]))


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/v/bin/python -m ahorrater.serve /r/functions/choose_node/main.py ", "choose-node"),
        ("/v/bin/python /r/functions/mqtt_source/main.py ", "mqtt-source"),
        ("mosquitto -c /h/mosquitto.conf ", "mosquitto"),
        ("/v/bin/python -m infra.local.broker ", "broker"),
        (".venv/bin/python -m infra.local up ", "runner"),
        ("make up ", None),
    ],
)
def test_processes_are_told_apart(command: str, name: str | None) -> None:
    assert name_of(command) == name
