"""Readings over MQTT from outside the cluster: the label moves, and a Deployment's pods with it."""

import time

import pytest

from infra.deploy.deployment import Target
from infra.deploy.kubectl import Kubectl
from infra.deploy.manifests.objects import name
from tests.e2e.cluster.parks import Parks
from tests.e2e.cluster.patience import eventually
from tests.e2e.cluster.traveller import deployed_traveller

PATIENCE_S = 180
"""A present node that fails is left after 15 s; one that is merely worse, after five minutes (POLICY_*)."""


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("ledger")
def test_the_label_and_the_work_follow_the_sun(target: Target, kubectl: Kubectl, parks: Parks) -> None:
    here, there = parks.names[:2]
    with deployed_traveller(kubectl, target.digests.reference("broker")) as traveller:
        for sunny in (here, there, here):
            parks.shine_on(sunny)
            started = time.monotonic()
            eventually(lambda: sunny_nodes(kubectl), lambda nodes, wanted=sunny: nodes == [wanted], PATIENCE_S)
            labelled_s = time.monotonic() - started
            eventually(traveller.nodes, lambda nodes, wanted=sunny: nodes == [wanted] * 2, PATIENCE_S)
            moved_s = time.monotonic() - started
            print(f"{sunny}: label after {labelled_s:.1f} s, all pods Ready there after {moved_s:.1f} s")


def sunny_nodes(kubectl: Kubectl) -> list[str]:
    return [name(node) for node in kubectl.items("nodes", "--selector", "sunny=1")]
