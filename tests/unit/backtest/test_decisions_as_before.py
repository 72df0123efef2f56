"""Where nothing new is asked for, decisions are the very ones that they were before it existed."""

from hashlib import sha256

import pytest

from ahorrater.domain import replay as replaying
from ahorrater.domain.replay import Work, replay
from ahorrater.domain.sample_trace import sample_trace
from ahorrater.services.backtest import standard_policies


@pytest.mark.parametrize(
    ("name", "digest"),
    [("thesis", "27af8a60425579db"), ("hysteresis", "57f8b530ac10f91b"), ("calm", "7dba724119eee860")],
)
def test_three_days_of_decisions_and_their_sentences(monkeypatch, name, digest):
    told, choose_node = sha256(), replaying.choose_node

    def overheard(*situation):
        decision, state = choose_node(*situation)
        told.update(f"{decision.epoch} {decision.chosen} {decision.reason} {decision.sentence}\n".encode())
        return decision, state

    monkeypatch.setattr(replaying, "choose_node", overheard)
    replay(sample_trace(days=3), {name: standard_policies(Work(10, 0.5))[name]})
    assert told.hexdigest()[:16] == digest
