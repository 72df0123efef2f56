"""One function's revisions and who gets how much of its traffic."""

import json
from dataclasses import dataclass

from infra.deploy.errors import DeployError
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import Json, name
from infra.deploy.readiness import wait_ready

KIND = "services.serving.knative.dev"
GENERATION = "serving.knative.dev/configurationGeneration"
WITHDRAWN = "ahorrater.es/withdrawn"
"""Annotation of a revision that was gone back from: no rollback leads there."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision and its image. `withdrawn`: it was gone back from."""

    name: str
    image: str
    generation: int
    withdrawn: bool = False

    @classmethod
    def of(cls, item: Json) -> "Revision":
        """From the API's JSON."""
        generation = int(item["metadata"]["labels"][GENERATION])
        withdrawn = WITHDRAWN in (item["metadata"].get("annotations") or {})
        return cls(name(item), item["spec"]["containers"][0]["image"], generation, withdrawn)


@dataclass(frozen=True, slots=True)
class Revisions:
    """A Knative Service's."""

    kubectl: Kubectl
    namespace: str
    function: str
    timeout_s: float

    def service(self) -> Json:
        """The Knative Service. Raises DeployError where it is not one."""
        found = self.kubectl.get(KIND, self.function, "--namespace", self.namespace)
        if found is None:
            raise DeployError(f"there is no Knative Service {self.function} in {self.namespace}: make deploy first")
        return found

    def all(self) -> list[Revision]:
        """The newest first."""
        selector = f"serving.knative.dev/service={self.function}"
        items = self.kubectl.items(
            "revisions.serving.knative.dev", "--namespace", self.namespace, "--selector", selector
        )
        return sorted(map(Revision.of, items), key=lambda revision: -revision.generation)

    def before(self, serving: Revision) -> Revision | None:
        """The newest of the earlier ones that has another image and was not gone back from."""
        earlier = (one for one in self.all() if one.generation < serving.generation and not one.withdrawn)
        return next((revision for revision in earlier if revision.image != serving.image), None)

    def serving(self) -> Revision:
        """The revision that most of the traffic goes to."""
        shares = [share for share in self.service()["status"].get("traffic") or [] if share.get("percent")]
        if not shares:
            raise DeployError(f"{self.function} serves nobody: it never became ready")
        busiest = max(shares, key=lambda share: int(share["percent"]))["revisionName"]
        return next(revision for revision in self.all() if revision.name == busiest)

    def use_image(self, image: str) -> Revision:
        """Makes a revision with that image, which gets no traffic by itself where shares are pinned."""
        self._patch([{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": image}])
        return next(revision for revision in self.all() if revision.name == self._latest())

    def share(self, old: Revision, new: Revision, percent: int) -> None:
        """`percent` of the requests to the new one, the rest to the old one."""
        traffic = [
            {"revisionName": old.name, "percent": 100 - percent, "latestRevision": False},
            {"revisionName": new.name, "percent": percent, "latestRevision": False},
        ]
        self._route([share for share in traffic if share["percent"]])

    def pin(self, revision: Revision) -> None:
        """Everything to one revision, whatever newer ones there are."""
        self._route([{"revisionName": revision.name, "percent": 100, "latestRevision": False}])

    def withdraw(self, revision: Revision) -> None:
        """Notes that it was gone back from."""
        where = ("--namespace", self.namespace, "--overwrite")
        self.kubectl("annotate", "revisions.serving.knative.dev", revision.name, f"{WITHDRAWN}=true", *where)

    def unpin(self) -> None:
        """Everything to the latest, as `make deploy` has it."""
        self._route([{"latestRevision": True, "percent": 100}])

    def _route(self, traffic: list[Json]) -> None:
        self._patch([{"op": "add", "path": "/spec/traffic", "value": traffic}])

    def _patch(self, operations: list[Json]) -> None:
        patch = json.dumps(operations)
        self.kubectl("patch", KIND, self.function, "--namespace", self.namespace, "--type", "json", "--patch", patch)
        wait_ready(self.kubectl, [self.service()], self.timeout_s, lambda _: None)

    def _latest(self) -> str:
        return str(self.service()["status"]["latestReadyRevisionName"])
