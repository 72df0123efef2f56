"""Alerts and the dashboard's queries, as Prometheus's own tool reads and plays them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.monitoring.dashboard import PATH, dashboard, text

RULES = Path(__file__).parents[3] / "infra" / "monitoring" / "base" / "rules.yaml"
CASES = Path(__file__).parent / "rules_test.yaml"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed: apt install --no-install-recommends prometheus"
)


def promtool(folder: Path, *arguments: str) -> None:
    tried = subprocess.run(
        ["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr


@needs_promtool
def test_every_alert_fires_for_what_it_is_for_and_not_when_all_is_well(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text(json.dumps(yaml.safe_load(RULES.read_text())["spec"]))
    (tmp_path / CASES.name).write_text(CASES.read_text())
    promtool(tmp_path, "check", "rules", "rules.json")
    promtool(tmp_path, "test", "rules", CASES.name)


@needs_promtool
def test_the_dashboards_queries_are_promql(tmp_path: Path) -> None:
    """As recording rules, which promtool parses; the interval is filled in by Grafana."""
    expressions = [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]
    rules = [
        {"record": f"query:{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, expression in enumerate(expressions)
    ]
    (tmp_path / "queries.json").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool(tmp_path, "check", "rules", "queries.json")


def test_every_alert_is_played() -> None:
    alerts = [rule["alert"] for group in yaml.safe_load(RULES.read_text())["spec"]["groups"] for rule in group["rules"]]
    played = CASES.read_text()
    assert [alert for alert in alerts if alert not in played] == []


def test_the_dashboards_file_is_what_its_code_writes() -> None:
    assert PATH.read_text() == text(), "run python -m infra.monitoring.dashboard"


def test_the_dashboards_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        x, y, width, height = (panel["gridPos"][side] for side in "xywh")
        cells = {(column, line) for column in range(x, x + width) for line in range(y, y + height)}
        assert max(column for column, _ in cells) < 24
        assert not cells & taken
        taken |= cells
