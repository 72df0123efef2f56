"""What a local run sets differently from knative/base, unless the user's own environment says otherwise.

| setting | here | because |
|---|---|---|
| DATABASE_URL | SQLite in the home folder | no server is needed |
| TELEGRAM_OUTBOX | a folder in the home folder | without a Telegram token, messages are written there |
| DASHBOARD_ROLE | operator | only this machine reaches the dashboard |
| BOT_MODE | polling | Telegram cannot reach this machine |
| FUEL_FEED_URL | empty: fuel prices are not fetched | no network is needed |
| ACCOUNTING_WORKLOADS_POWER_W | half of what a simulated panel gives at most | the renewable share can be shown |
| POLICY | hysteresis where the day is accelerated | forecast learns each five minutes of a real day |
| those of DELAYS_S | as much shorter as the day is | clouds pass faster, too |
"""

from infra.local.settings import RunnerSettings

DELAYS_S = {
    "POLICY_HOLD_S": (120.0, 2.0),
    "POLICY_FAILING_HOLD_S": (15.0, 0.5),
    "POLICY_MINIMUM_STAY_S": (300.0, 5.0),
    "POLICY_BARRED_S": (600.0, 30.0),
    "POLICY_STALE_AFTER_S": (30.0, 5.0),
    "SMOOTHING_S": (30.0, 0.5),
    "ACCOUNTING_INTERVAL_S": (300.0, 10.0),
}
"""Each delay's default, and the least that makes sense, since moving pods is not accelerated; s."""


def local_overrides(settings: RunnerSettings) -> dict[str, str]:
    """The table above, with this run's numbers."""
    return {
        "DATABASE_URL": f"sqlite:///{settings.home / 'ahorrater.db'}",
        "TELEGRAM_OUTBOX": str(settings.home / "outbox"),
        "DASHBOARD_ROLE": "operator",
        "BOT_MODE": "polling",
        "FUEL_FEED_URL": "",
        "ACCOUNTING_WORKLOADS_POWER_W": "30",
        **({"POLICY": "hysteresis"} if settings.time_scale < 1 else {}),
        **{name: f"{_scaled(*delay_s, settings.time_scale):g}" for name, delay_s in DELAYS_S.items()},
    }


def _scaled(default_s: float, least_s: float, scale: float) -> float:
    return min(default_s, max(least_s, default_s * scale))
