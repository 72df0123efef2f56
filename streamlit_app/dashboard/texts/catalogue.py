"""The texts that every language must have. A missing one does not pass the type checker."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ahorrater.adapters.clients.http import Trouble
from ahorrater.contracts.answers import HealthFlag, ParkCondition
from ahorrater.domain.decision import MoveKind, Reason
from dashboard.charts.parks import Quantity, Window
from dashboard.texts.backtest import BacktestTexts
from dashboard.texts.cluster import ClusterTexts
from dashboard.texts.fuel import FuelTexts
from dashboard.texts.orders import OrderTexts


class Language(StrEnum):
    """ISO 639-1."""

    SPANISH = "es"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language. Names in braces are filled in when the text is shown.

    `because` tells a reason in a sentence; None: the function's own sentence, which is in English, is shown instead.
    """

    decimal_mark: str
    language_name: str
    language_choice: str

    tagline: str
    sun_page: str
    sun_page_help: str

    sunny_now: str
    no_sunny_node: str
    shared_with: str
    since: str
    moving_to: str
    not_by_decision: str
    no_move_yet: str
    at_present: str
    pending: str
    pending_kind: Mapping[MoveKind, str]
    pending_due: str
    nothing_pending: str

    parks: str
    no_parks: str
    power: str
    battery: str
    age: str
    never_heard: str
    state: Mapping[ParkCondition, str]
    expected_now: str
    expected_later: str
    forecast: str
    health: Mapping[HealthFlag, str]
    quarantined: str

    chart: str
    chart_description: str
    quantity_choice: str
    quantity: Mapping[Quantity, str]
    window_choice: str
    window: Mapping[Window, str]
    chart_time: str
    chart_move: str
    chart_park: str
    no_history: str

    decisions: str
    decisions_description: str
    decisions_choice: str
    moves_alone: str
    all_decisions: str
    no_decisions: str
    when: str
    what: str
    why: str
    stays: str
    no_node: str
    decided: str
    ago: str
    reason: Mapping[Reason, str]
    because: Mapping[Reason, str] | None
    gain_expected: str
    gain_realised: str
    gain_open: str
    not_applied: str
    not_applied_yet: str

    workloads: str
    workloads_description: str
    node: str
    follows_sun: str
    other_pods: str
    not_placed: str
    node_not_ready: str
    nothing_runs: str
    pod_not_ready: str

    today: str
    share: str
    share_help: str
    share_of: str
    share_unknown: str
    share_unknown_help: str
    served: str
    served_by: str
    gained: str
    gained_help: str
    moves_today: str
    moves_cost: str
    saved: str
    saved_help: str
    no_account: str

    away: str
    away_recovers: str
    trouble: Mapping[Trouble, str]

    cluster: ClusterTexts
    fuel: FuelTexts
    backtest: BacktestTexts
    orders: OrderTexts
