"""What the functions say that they counted (Prometheus text)."""

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.made_up import Run


@dataclass(frozen=True)
class Counters:
    """Totals since the start of the processes."""

    stored: int
    duplicates: int
    rejected: int
    retries: int

    def since(self, before: "Counters") -> "Counters":
        """What came since then."""
        return Counters(
            self.stored - before.stored,
            self.duplicates - before.duplicates,
            self.rejected - before.rejected,
            self.retries - before.retries,
        )


def read(run: Run) -> Counters:
    """ingest-reading's and mqtt-source's."""
    ingest = _samples(f"{run.addresses['ingest-reading']}/metrics")
    source = _samples(str(run.addresses["mqtt-source"]))
    return Counters(
        stored=_total(ingest, "ahorrater_readings_total", "outcome=stored"),
        duplicates=_total(ingest, "ahorrater_readings_total", "outcome=duplicate"),
        rejected=_total(ingest, "ahorrater_readings_total", "outcome=rejected")
        + _total(source, "mqtt_source_messages_rejected_total"),
        retries=_total(source, "mqtt_source_sink_retries_total"),
    )


def _samples(url: str) -> Mapping[tuple[str, str], float]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        text = answer.read().decode()
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _total(samples: Mapping[tuple[str, str], float], name: str, labels: str | None = None) -> int:
    return int(sum(value for (found, its), value in samples.items() if found == name and labels in {None, its}))
