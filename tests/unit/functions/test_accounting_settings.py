"""What the workloads need is one number: the decision's, or where that is not given or empty, the accounts' own."""

import pytest

from ahorrater.adapters.accounting import AccountingSettings

DECISION, OWN = "POLICY_WORKLOADS_POWER_W", "ACCOUNTING_WORKLOADS_POWER_W"


@pytest.mark.parametrize(
    ("given", "power_w"),
    [
        ({}, None),
        ({DECISION: ""}, None),
        ({DECISION: "", OWN: ""}, None),
        ({DECISION: "", OWN: "30"}, 30),
        ({OWN: "30"}, 30),
        ({DECISION: "12", OWN: "30"}, 12),
    ],
)
def test_what_the_workloads_need(monkeypatch, given, power_w):
    monkeypatch.delenv(DECISION, raising=False)
    monkeypatch.delenv(OWN, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert AccountingSettings().workloads_power_w == power_w
