"""kill -9 of mqtt-source, ingest-reading, choose-node and relabel in turn: nothing acknowledged is lost."""

from pathlib import Path

import pytest

from tests.e2e.kill_run import play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_what_was_acknowledged_is_stored_once_and_one_node_is_sunny(tmp_path: Path) -> None:
    outcome = play(tmp_path / "home", rate=300, seconds=16, seed=1)
    assert outcome.kills >= 4
    assert outcome.acknowledged > 3000
    assert (outcome.lost, outcome.stored) == (0, outcome.acknowledged)
    assert outcome.moments_without_sun == 0
    assert len(outcome.sunny_at_the_end) == 1
