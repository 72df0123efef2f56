"""Looks at the cluster again and again: is there a sunny node, and does the fence only rise?"""

import json
import threading
import urllib.request
from typing import Any

LOOK_EVERY_S = 0.1
FENCE = "/api/v1/namespaces/ahorrater/configmaps/ahorrater-relabel"
NODES = "/api/v1/nodes"


class Watcher(threading.Thread):
    """Counts its looks, and those that found no sunny node. A look that gets no answer is none."""

    def __init__(self, kubernetes_url: str) -> None:
        super().__init__(daemon=True)
        self._url = kubernetes_url
        self._over = threading.Event()
        self.looks = 0
        self.dark = 0
        self.epoch = 0
        self.epochs_that_fell: list[str] = []

    def run(self) -> None:
        """Until `stop`."""
        while not self._over.wait(LOOK_EVERY_S):
            try:
                self._look()
            except (OSError, ValueError):
                continue

    def sunny(self) -> list[str]:
        """The nodes that carry the label now. OSError: no answer."""
        items = self._get(NODES)["items"]
        return [item["metadata"]["name"] for item in items if item["metadata"]["labels"].get("sunny") == "1"]

    def sunny_if_it_answers(self) -> list[str]:
        """The same; none if there is no answer."""
        try:
            return self.sunny()
        except (OSError, ValueError):
            return []

    def stop(self) -> None:
        """Ends it."""
        self._over.set()
        self.join()

    def _look(self) -> None:
        self.dark += not self.sunny()
        self.looks += 1
        epoch = int(json.loads(self._get(FENCE)["data"]["state.json"])["epoch"])
        if epoch < self.epoch:
            self.epochs_that_fell.append(f"{self.epoch} to {epoch}")
        self.epoch = epoch

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._url + path, timeout=3) as answer:
            return json.load(answer)
