"""`infra/postgres/replicated` as it runs in a namespace of a real cluster, and what can befall it."""

import base64
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
READY_DEADLINE_S = 180


@dataclass(frozen=True)
class ReplicatedPostgresql:
    """Addresses are the Services' cluster IPs: they must be routed from here."""

    namespace: str

    def write_url(self) -> str:
        """As the functions' Secret has it: all servers, of which the client takes the one that takes writes."""
        hosts = ",".join(self._address(pod) for pod in self.pods())
        return f"postgresql://ahorrater:{self._password()}@{hosts}/ahorrater?target_session_attrs=read-write"

    def read_url(self) -> str:
        return f"postgresql://ahorrater:{self._password()}@{self._address('postgres-read')}/ahorrater"

    def pods(self) -> list[str]:
        return [f"postgres-{number}" for number in range(self._get("statefulset", "postgres")["spec"]["replicas"])]

    def primary(self) -> str:
        (primary,) = [pod for pod in self.pods() if self._sql(pod, "SELECT pg_is_in_recovery()") == "f"]
        return primary

    def await_standbys(self) -> None:
        """Until every pod is ready, and every standby streams."""
        count = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'"
        until(lambda: self._sql(self.primary(), count) == "2")

    def kill_primary(self) -> None:
        """A crash, and its pod deleted; the volume stays, and the pod comes back with it."""
        self._crash(self.primary())

    def lose_primary(self) -> None:
        """Its pod and its volume at once, as when a machine burns: nobody comes back."""
        primary = self.primary()
        self.kubectl("delete", "persistentvolumeclaim", f"data-{primary}", "--wait=false")
        self._crash(primary)

    def promote(self) -> str:
        """The documented command; what it said."""
        command = [str(REPOSITORY / "infra/postgres/promote"), "--namespace", self.namespace]
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr

    def kubectl(self, *arguments: str) -> str:
        command = ["kubectl", "--namespace", self.namespace, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _crash(self, pod: str) -> None:
        """`immediate`: nothing more is written or sent, neither to the disk nor to a standby."""
        self.kubectl("exec", pod, "--container", "postgres", "--", "pg_ctl", "stop", "--mode=immediate", "--no-wait")
        self.kubectl("delete", "pod", pod, "--force", "--grace-period=0", "--wait=false")

    def _sql(self, pod: str, statement: str) -> str:
        psql = ["psql", "--username=postgres", "--no-align", "--tuples-only", "--command", statement]
        try:
            return self.kubectl("exec", pod, "--container", "postgres", "--", *psql).strip()
        except subprocess.CalledProcessError:
            return ""

    def _address(self, service: str) -> str:
        return str(self._get("service", service)["spec"]["clusterIP"])

    def _password(self) -> str:
        return base64.b64decode(self._get("secret", "postgres")["data"]["password"]).decode()

    def _get(self, kind: str, name: str) -> Any:
        return json.loads(self.kubectl("get", kind, name, "--output", "json"))


def until(condition: Callable[[], bool], deadline_s: float = READY_DEADLINE_S) -> None:
    """Returns as soon as it holds; a ValueError of it means not yet. TimeoutError if it never does."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        try:
            if condition():
                return
        except ValueError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"not within {deadline_s} s")
