"""The environment becomes the policy that decides."""

from datetime import timedelta

import pytest

from ahorrater.adapters.policy import PolicySettings
from ahorrater.domain.policies import ForecastPolicy, HysteresisPolicy, ThesisPolicy


@pytest.mark.parametrize(
    ("name", "kind"), [("forecast", ForecastPolicy), ("hysteresis", HysteresisPolicy), ("thesis", ThesisPolicy)]
)
def test_the_policy_is_the_one_that_is_named(monkeypatch, name, kind):
    monkeypatch.setenv("POLICY", name)
    monkeypatch.setenv("POLICY_STALE_AFTER_S", "7")
    policy = PolicySettings().policy()
    assert type(policy) is kind
    assert policy.stale_after == timedelta(seconds=7)


def test_forecast_is_the_default_and_falls_back_on_the_configured_hysteresis(monkeypatch):
    monkeypatch.setenv("POLICY_HOLD_S", "5")
    monkeypatch.setenv("POLICY_WORKLOADS_POWER_W", "12")
    policy = PolicySettings().policy()
    assert isinstance(policy, ForecastPolicy)
    assert (policy.fallback.hold, policy.fallback.workloads_power_w) == (timedelta(seconds=5), 12)
    assert (policy.workloads_power_w, policy.gain_fraction) == (12, 0)


def test_where_nobody_told_what_the_workloads_need_a_move_must_promise_a_tenth_more():
    policy = PolicySettings().policy()
    assert policy.needed_wh(50.0) == pytest.approx(5.0)
    assert policy.needed_wh(0.0) == pytest.approx(0.05)
