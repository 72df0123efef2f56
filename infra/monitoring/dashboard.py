"""Grafana's dashboard as code: `python -m infra.monitoring.dashboard` writes base/dashboard.json.

Panels say what they ask and in which unit; the rest of Grafana's JSON is the same for all.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PATH = Path(__file__).parent / "base" / "dashboard.json"
GRID_COLUMNS, STAT_HEIGHT, GRAPH_HEIGHT = 24, 4, 8
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
"""Chosen on the dashboard, so that it opens wherever Prometheus is called something else."""


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression, and how its series are called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `unit` is one of Grafana's; `kind` is `stat` for the number now, `timeseries` for its course."""

    title: str
    unit: str
    queries: Sequence[Query]
    kind: str = "timeseries"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: Sequence[Panel]


def stat(title: str, unit: str, expression: str, legend: str = "") -> Panel:
    """A number now."""
    return Panel(title, unit, [Query(expression, legend)], "stat")


def graph(title: str, unit: str, expression: str, legend: str = "") -> Panel:
    """A course over time."""
    return Panel(title, unit, [Query(expression, legend)])


def quantiles(title: str, histogram: str, *by: str) -> Panel:
    """The median and the 95th percentile of a histogram's durations."""
    labels = ", ".join(("le", *by))
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    return Panel(
        title,
        "s",
        [
            Query(
                f"histogram_quantile({quantile}, sum by ({labels}) (rate({histogram}_bucket[$__rate_interval])))",
                f"p{round(quantile * 100)} {legend}".strip(),
            )
            for quantile in (0.5, 0.95)
        ],
    )


ROWS = (
    Row(
        "Now",
        (
            stat("Choice (epoch)", "none", "max(last_over_time(ahorrater_epoch[1d]))"),
            stat(
                "Parks heard in the last minute",
                "none",
                "count(time() - ahorrater_park_measured_timestamp_seconds < 60) or vector(0)",
            ),
            stat("Age of the newest reading", "s", "time() - max(ahorrater_park_measured_timestamp_seconds)"),
            stat("Energy served today", "watth", "sum(last_over_time(ahorrater_energy_served_today_watt_hours[1h]))"),
            stat("Dead letters, 24 h", "none", "sum(increase(ahorrater_dead_letters_total[24h]))"),
            stat("Oldest unsent news", "s", "max(ahorrater_notify_oldest_seconds)"),
            stat(
                "Age of the fuel prices",
                "s",
                "time() - max(last_over_time(ahorrater_fuel_prices_timestamp_seconds[3d]))",
            ),
            stat("Replay lag of the standby", "s", "max(ahorrater_database_replay_lag_seconds)"),
        ),
    ),
    Row(
        "Sun",
        (
            graph("Power of each park", "watt", "max by (node) (ahorrater_park_power_watts)", "{{node}}"),
            graph(
                "Energy served today, by node",
                "watth",
                "max by (node) (ahorrater_energy_served_today_watt_hours)",
                "{{node}}",
            ),
            graph(
                "Decisions announced in an hour, by reason",
                "none",
                "sum by (policy, reason) (increase(ahorrater_decisions_total[1h]))",
                "{{policy}}: {{reason}}",
            ),
            graph(
                "Moves in an hour, by outcome",
                "none",
                "sum by (outcome) (increase(ahorrater_moves_total[1h]))",
                "{{outcome}}",
            ),
            quantiles("How long moves take", "ahorrater_move_duration_seconds", "outcome"),
            graph("Pods moved in an hour", "none", "sum(increase(ahorrater_pods_moved_total[1h]))"),
        ),
    ),
    Row(
        "Readings",
        (
            graph(
                "Readings a second, by outcome",
                "ops",
                "sum by (outcome) (rate(ahorrater_readings_total[$__rate_interval]))",
                "{{outcome}}",
            ),
            graph("Lag from measuring to storing", "s", "max(ahorrater_reading_lag_seconds)"),
            graph("Messages waiting in mqtt-source", "none", "max(mqtt_source_queue_depth)"),
            quantiles("A POST of mqtt-source to the broker", "mqtt_source_sink_seconds"),
            graph(
                "Refused by mqtt-source, by reason",
                "ops",
                "sum by (reason) (rate(mqtt_source_messages_rejected_total[$__rate_interval]))",
                "{{reason}}",
            ),
            graph(
                "Events repeated by mqtt-source", "ops", "sum(rate(mqtt_source_sink_retries_total[$__rate_interval]))"
            ),
        ),
    ),
    Row(
        "Functions",
        (
            graph(
                "Events a second, by function and outcome",
                "ops",
                "sum by (function, outcome) (rate(ahorrater_events_total[$__rate_interval]))",
                "{{function}} {{outcome}}",
            ),
            quantiles("From an event to its answer", "ahorrater_event_duration_seconds", "function"),
            graph(
                "Requests a second, by path and status",
                "reqps",
                "sum by (path, status) (rate(ahorrater_requests_total[$__rate_interval]))",
                "{{path}} {{status}}",
            ),
            quantiles("From a request to its answer", "ahorrater_request_duration_seconds", "function"),
            graph(
                "Telegram messages in an hour",
                "none",
                "sum by (outcome) (increase(ahorrater_notify_messages_total[1h]))",
                "{{outcome}}",
            ),
            graph("News waiting for Telegram", "none", "max(ahorrater_notify_queue)"),
            graph(
                "Fuel price refreshes in a day",
                "none",
                "sum by (outcome) (increase(ahorrater_fuel_refreshes_total[1d]))",
                "{{outcome}}",
            ),
            graph(
                "Numbers that could not be looked up",
                "ops",
                "sum by (function) (rate(ahorrater_scrape_failures_total[$__rate_interval]))",
                "{{function}}",
            ),
        ),
    ),
)


def dashboard() -> Json:
    """The whole document."""
    return {
        "uid": "ahorrater",
        "title": "AhorraTER",
        "tags": ["ahorrater"],
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [{"id": number, **panel} for number, panel in enumerate(_laid_out(ROWS), start=1)],
    }


def _laid_out(rows: Sequence[Row]) -> Iterator[Json]:
    """Rows below each other, panels from left to right: four numbers or two courses beside each other."""
    y = 0
    for row in rows:
        yield {"type": "row", "title": row.title, "gridPos": {"x": 0, "y": y, "w": GRID_COLUMNS, "h": 1}}
        y += 1
        height = STAT_HEIGHT if row.panels[0].kind == "stat" else GRAPH_HEIGHT
        abreast = 4 if row.panels[0].kind == "stat" else 2
        width = GRID_COLUMNS // abreast
        for place, panel in enumerate(row.panels):
            column, line = place % abreast, place // abreast
            yield {**_panel(panel), "gridPos": {"x": column * width, "y": y + line * height, "w": width, "h": height}}
        y += height * -(-len(row.panels) // abreast)


def _panel(panel: Panel) -> Json:
    return {
        "type": panel.kind,
        "title": panel.title,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": query.expression, "legendFormat": query.legend or "__auto"}
            for number, query in enumerate(panel.queries)
        ],
    }


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
