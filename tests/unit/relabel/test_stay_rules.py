"""What workloads say about their own moves: tables of annotations, past moves, and the answer."""

from datetime import UTC, datetime, timedelta

import pytest

from ahorrater.domain.stays import DAY, MINIMUM_STAY, MOVABLE, MOVES_A_DAY, rules_of, why_stays

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOON - timedelta(minutes=minute) for minute in minutes]


@pytest.mark.parametrize(
    ("annotations", "moved", "why"),
    [
        ({}, [1], None),
        ({MOVABLE: "false"}, [], "pinned"),
        ({MOVABLE: "true"}, [], None),
        ({MINIMUM_STAY: "30m"}, [], None),
        ({MINIMUM_STAY: "30m"}, [30], None),
        ({MINIMUM_STAY: "30m"}, [29], "it was moved 29 min ago and stays for 30 min at least"),
        ({MINIMUM_STAY: "30m"}, [29, 90], "29 min ago"),
        ({MINIMUM_STAY: "1h30m"}, [89], "stays for 90 min"),
        ({MINIMUM_STAY: "90s"}, [2], None),
        ({MOVES_A_DAY: "2"}, [10], None),
        ({MOVES_A_DAY: "2"}, [10, 20], "it was moved 2 times in 24 hours; its budget is 2"),
        ({MOVES_A_DAY: "2"}, [10, 24 * 60], None),
        ({MOVES_A_DAY: "0"}, [], "its budget is 0"),
        ({MOVABLE: "no"}, [], "its annotation ahorrater.es/movable cannot be read: 'no'"),
        ({MINIMUM_STAY: "half an hour"}, [], "cannot be read"),
        ({MINIMUM_STAY: ""}, [], "cannot be read"),
        ({MINIMUM_STAY: "99999999999999h"}, [], "cannot be read"),
        ({MOVES_A_DAY: "-1"}, [], "cannot be read"),
        ({MOVES_A_DAY: "many"}, [], "cannot be read"),
    ],
)
def test_who_stays_and_why(annotations, moved, why):
    said = why_stays(rules_of(annotations), minutes_ago(*moved), NOON)
    assert said is None if why is None else why in said


def test_a_day_is_24_hours():
    rules = rules_of({MOVES_A_DAY: "1"})
    assert why_stays(rules, [NOON - DAY + timedelta(seconds=1)], NOON)
    assert why_stays(rules, [NOON - DAY], NOON) is None
