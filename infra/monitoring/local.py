"""A Prometheus on this machine for a running `make up`: `python -m infra.monitoring.local .run` writes its files."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

RULES = Path(__file__).parent / "base" / "rules.yaml"
FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
INTERVAL = "5s"
Json = dict[str, Any]


def targets_of(addresses: Mapping[str, object]) -> list[Json]:
    """One group a function, labelled with its name as on a cluster."""
    return [
        {"targets": [urlsplit(str(url)).netloc], "labels": {"function": name}}
        for name, url in addresses.items()
        if (FUNCTIONS / name.replace("-", "_") / "main.py").exists()
    ]


def configuration(addresses: Mapping[str, object]) -> Json:
    """Prometheus's configuration; the rules are beside it."""
    return {
        "global": {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "ahorrater", "static_configs": targets_of(addresses)}],
    }


def write(home: Path) -> None:
    """Writes `prometheus.yaml` and `rules.yaml` beside the addresses that `make up` left there."""
    addresses = json.loads((home / "addresses.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["spec"]
    (home / "rules.yaml").write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")
    (home / "prometheus.yaml").write_text(yaml.safe_dump(configuration(addresses), sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else ".run"))
