"""Which processes make up the system, in which order, with which environment."""

import getpass
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from infra.local.addresses import Addresses, url
from infra.local.environment import compose, declared
from infra.local.manifests.delivery import Destination
from infra.local.manifests.objects import Deployment, Manifest, Service, SinkBinding
from infra.local.manifests.wiring import ManifestError, Wiring
from infra.local.overrides import local_overrides
from infra.local.ports import LOOPBACK
from infra.local.processes.child import ProcessSpec
from infra.local.processes.probes import http_ok, tcp_open
from infra.local.settings import ROOT, RunnerSettings

MOSQUITTO = ROOT / "infra" / "mosquitto"
DEMO = ROOT / "infra" / "local" / "demo" / "workloads.yaml"
APP = ROOT / "streamlit_app" / "app.py"
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run starts."""

    settings: RunnerSettings
    wiring: Wiring
    addresses: Addresses
    user: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def kubeconfig(self) -> Path:
        """The user's cluster, or the simulated one."""
        return self.settings.kubeconfig or self.settings.home / "kubeconfig"

    def foundations(self) -> list[ProcessSpec]:
        """What everything else needs: the MQTT broker and, where none is given, a cluster."""
        return [self._mosquitto(), *([self._kubernetes(self.addresses.kube_port)] if self.addresses.kube_port else [])]

    def migration(self) -> ProcessSpec:
        """The database's schema; ends by itself."""
        return ProcessSpec("migrate", (PYTHON, "-m", "ahorrater.cli", "migrate"), self._environment({}))

    def fuel_prices(self) -> ProcessSpec:
        """The first fuel prices: a snapshot's, or else an invented sample's; ends by itself."""
        snapshot = self.settings.fuel_snapshot
        source = ("--file", str(snapshot.resolve())) if snapshot else ("--sample",)
        return ProcessSpec(
            "fuel-prices", (PYTHON, "-m", "ahorrater.cli", "fuel", "load", *source), self._environment({})
        )

    def functions(self) -> list[ProcessSpec]:
        """Each Knative Service, a process."""
        return [self._function(service) for service in self.wiring.of(Service)]

    def broker(self) -> ProcessSpec:
        """The Brokers, Triggers and PingSources, in one process."""
        addresses = {name: self.addresses.function_url(name) for name in self.addresses.functions}
        wired = {
            "WIRING": str(self.settings.wiring.resolve()),
            "HOST": LOOPBACK,
            "PORT": str(self.addresses.broker_port),
            "ADDRESSES": json.dumps(addresses),
        }
        ready = http_ok(f"{url(self.addresses.broker_port)}/healthz")
        return ProcessSpec("broker", (PYTHON, "-m", "infra.local.broker"), self._environment(wired), ready)

    def sources(self) -> list[ProcessSpec]:
        """Each Deployment, bound to its sink."""
        return [self._source(deployment) for deployment in self.wiring.of(Deployment)]

    def edges(self) -> list[ProcessSpec]:
        """The simulated parks, unless real ones publish, and the dashboard."""
        return [*([self._parks()] if self.settings.simulated_parks else []), self._dashboard()]

    def _mosquitto(self) -> ProcessSpec:
        folder = self.settings.home / "mosquitto"
        (folder / "data").mkdir(parents=True, exist_ok=True)
        template = Template((MOSQUITTO / "local.conf.template").read_text(encoding="utf-8"))
        configuration = folder / "mosquitto.conf"
        configuration.write_text(
            template.substitute(
                CONFIG_DIR=MOSQUITTO, DATA_DIR=folder / "data", PORT=self.addresses.mqtt_port, USER=getpass.getuser()
            ),
            encoding="utf-8",
        )
        return ProcessSpec(
            "mosquitto",
            ("mosquitto", "-c", str(configuration)),
            {**self.user, "PATH": f"{self.user.get('PATH', '')}:/usr/sbin"},
            tcp_open(LOOPBACK, self.addresses.mqtt_port),
            orphan_signal=signal.SIGTERM,
        )

    def _kubernetes(self, port: int) -> ProcessSpec:
        nodes = ",".join(self.settings.parks)
        command = (PYTHON, "-m", "infra.local.kubesim", "--port", str(port), "--nodes", nodes, "--seed", str(DEMO))
        return ProcessSpec(
            "kubernetes",
            (*command, "--kubeconfig-out", str(self.kubeconfig)),
            self.user,
            http_ok(f"{url(port)}/readyz"),
        )

    def _function(self, service: Service) -> ProcessSpec:
        main = ROOT / "functions" / service.name.replace("-", "_") / "main.py"
        if not main.exists():
            raise ManifestError(f"Service {service.name}: its function is missing: {main}")
        wired = {"HOST": LOOPBACK, "PORT": str(self.addresses.functions[service.name]), **self._urls()}
        return ProcessSpec(
            service.name,
            (PYTHON, "-m", "ahorrater.serve", str(main)),
            self._environment(wired, declared(service.container, self.wiring)),
            http_ok(f"{self.addresses.function_url(service.name)}/healthz"),
        )

    def _source(self, deployment: Deployment) -> ProcessSpec:
        metrics_port = self.addresses.metrics_port
        wired = {
            **self._sink(deployment),
            "MQTT_HOST": LOOPBACK,
            "METRICS_HOST": LOOPBACK,
            "METRICS_PORT": str(metrics_port),
        }
        return ProcessSpec(
            deployment.name,
            (PYTHON, str(ROOT / "functions" / deployment.name.replace("-", "_") / "main.py")),
            self._environment(wired, declared(deployment.container, self.wiring)),
            http_ok(f"{url(metrics_port)}/readyz"),
        )

    def _sink(self, source: Manifest) -> dict[str, str]:
        """What a SinkBinding puts into the environment of `source`."""
        for binding in self.wiring.of(SinkBinding):
            if (binding.namespace, binding.spec.subject.name) == (source.namespace, source.name):
                return {
                    "K_SINK": self._sink_url(binding.spec.sink, binding),
                    "K_CE_OVERRIDES": binding.spec.overrides_json,
                }
        raise ManifestError(f"Deployment {source.name}: no SinkBinding gives it a sink")

    def _sink_url(self, sink: Destination, binding: SinkBinding) -> str:
        if sink.ref is None:
            return sink.uri or ""
        if sink.ref.kind == "Broker":
            return self.addresses.broker_url(sink.ref.namespace or binding.namespace, sink.ref.name)
        return self.addresses.function_url(sink.ref.name)

    def _parks(self) -> ProcessSpec:
        wired = {"MQTT_HOST": LOOPBACK, "BOOTS": str(self.settings.home / "boots")}
        return ProcessSpec("parks", (PYTHON, "-m", "infra.local.parks"), self._environment(wired))

    def _dashboard(self) -> ProcessSpec:
        options = {
            "server.port": str(self.addresses.dashboard_port),
            "server.address": LOOPBACK,
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        arguments: Sequence[str] = [text for name, value in options.items() for text in (f"--{name}", value)]
        return ProcessSpec(
            "dashboard",
            (PYTHON, "-m", "streamlit", "run", str(APP), *arguments),
            self._environment(self._urls()),
            http_ok(f"{self.addresses.dashboard_url}/_stcore/health"),
        )

    def _urls(self) -> dict[str, str]:
        """Where the functions are, for whoever asks them."""
        return {
            f"{name.replace('-', '_').upper()}_URL": self.addresses.function_url(name)
            for name in self.addresses.functions
        }

    def _environment(self, wired: Mapping[str, str], declaration: Mapping[str, str] | None = None) -> dict[str, str]:
        everywhere = {
            "KUBECONFIG": str(self.kubeconfig),
            "PARKS": ",".join(self.settings.parks),
            "MQTT_PORT": str(self.addresses.mqtt_port),
            "PYTHONUNBUFFERED": "1",
        }
        return compose(declaration or {}, local_overrides(self.settings), self.user, {**everywhere, **wired})
