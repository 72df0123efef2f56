"""Numbers that a function keeps for Prometheus.

They are kept in plain dictionaries, and prometheus_client writes them out: imported at the first scrape, for it would
cost a cold start 10 to 20 ms.
"""

import logging
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PATH = "/metrics"
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
DURATION_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
Labels = tuple[str, ...]
logger = logging.getLogger(__name__)


class Family(Protocol):
    """All series of one name."""

    name: str

    def collect(self) -> "Metric":
        """The series as they are now."""


class Counter:
    """What only grows. Series named in `known` are there from the start, at 0, so that the first increase is seen."""

    def __init__(self, name: str, help_text: str, labels: Labels = (), known: Sequence[Labels] = ()) -> None:
        self.name, self._help, self._labels = name, help_text, labels
        self._values: dict[Labels, float] = dict.fromkeys(known if labels else [()], 0.0)
        self._lock = Lock()

    def add(self, *labels: str, by: float = 1.0) -> None:
        """Counts."""
        with self._lock:
            self._values[labels] = self._values.get(labels, 0.0) + by

    def collect(self) -> "Metric":
        """Counters end in `_total`, which the client adds."""
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily(self.name, self._help, labels=self._labels)
        for labels, value in tuple(self._values.items()):
            family.add_metric(labels, value)
        return family


class Gauge:
    """What rises and falls; no series before it is known."""

    def __init__(self, name: str, help_text: str, labels: Labels = ()) -> None:
        self.name, self._help, self._labels = name, help_text, labels
        self._values: dict[Labels, float] = {}

    def set(self, value: float, *labels: str) -> None:
        """It is so much now."""
        self._values[labels] = value

    def collect(self) -> "Metric":
        """What was last set."""
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily(self.name, self._help, labels=self._labels)
        for labels, value in tuple(self._values.items()):
            family.add_metric(labels, value)
        return family


class ReadGauge(Gauge):
    """What is looked up when Prometheus asks. `read` gives the series by their labels, none that it does not know, and
    may raise.
    """

    def __init__(
        self, name: str, help_text: str, read: Callable[[], Mapping[Labels, float]], labels: Labels = ()
    ) -> None:
        super().__init__(name, help_text, labels)
        self._read = read

    def collect(self) -> "Metric":
        """The answer of `read`."""
        self._values = dict(self._read())
        return super().collect()


class Histogram:
    """How long things take, s."""

    def __init__(
        self, name: str, help_text: str, labels: Labels = (), bounds: Sequence[float] = DURATION_BUCKETS_S
    ) -> None:
        self.name, self._help, self._labels, self._bounds = name, help_text, labels, tuple(bounds)
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}
        self._lock = Lock()

    def observe(self, value: float, *labels: str) -> None:
        """One more."""
        with self._lock:
            counts = self._counts.setdefault(labels, [0] * (len(self._bounds) + 1))
            counts[bisect_left(self._bounds, value)] += 1
            self._sums[labels] = self._sums.get(labels, 0.0) + value

    def collect(self) -> "Metric":
        """Buckets are cumulative in what Prometheus reads."""
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(self.name, self._help, labels=self._labels)
        with self._lock:
            for labels, counts in self._counts.items():
                family.add_metric(labels, self._buckets(counts), self._sums[labels])
        return family

    def _buckets(self, counts: Sequence[int]) -> list[tuple[str, float]]:
        total, buckets = 0, []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return buckets


class Registry:
    """All families of one function."""

    def __init__(self) -> None:
        self._families: list[Family] = []
        self._failures = Counter("ahorrater_scrape_failures", "Numbers that could not be looked up for a scrape")

    def add(self, *families: Family) -> None:
        """These are served too."""
        self._families.extend(families)

    def collect(self) -> Iterator["Metric"]:
        """Every family that can be read; a database that is away takes nothing else with it."""
        for family in self._families:
            try:
                yield family.collect()
            except Exception as error:  # noqa: BLE001 -- said and counted
                logger.warning("%s cannot be looked up: %r", family.name, error)
                self._failures.add()
        yield self._failures.collect()

    def text(self) -> bytes:
        """What Prometheus reads."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)
