"""Images by digest, settings that start pods anew, jobs once a version."""

import pytest

from infra.deploy.errors import DeployError
from infra.deploy.images.digests import Digests
from infra.deploy.manifests.images import pin_images
from infra.deploy.manifests.jobs import name_jobs
from infra.deploy.manifests.objects import Json
from infra.deploy.manifests.settings import ANNOTATION, mark_settings, set_settings

DIGEST = "sha256:" + "a" * 64
DIGESTS = Digests("registry.example:5000", "v1", {"relabel": DIGEST})


def pods(kind: str = "Deployment", image: str = "ahorrater/relabel:latest", **spec: object) -> Json:
    container = {"name": "c", "image": image, "envFrom": [{"configMapRef": {"name": "ahorrater"}}]}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "relabel", "namespace": "ahorrater"},
        "spec": {"template": {"metadata": {}, "spec": {"containers": [container]}}, **spec},
    }


def settings(**data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ahorrater"}, "data": data}


def image_of(item: Json) -> str:
    return item["spec"]["template"]["spec"]["containers"][0]["image"]


@pytest.mark.parametrize(
    ("image", "mirror", "pinned"),
    [
        ("ahorrater/relabel:latest", None, f"registry.example:5000/ahorrater/relabel@{DIGEST}"),
        ("ahorrater/relabel:latest", "mirror.example", f"registry.example:5000/ahorrater/relabel@{DIGEST}"),
        ("postgres:15", None, "postgres:15"),
        ("postgres:15", "mirror.example/library", "mirror.example/library/postgres:15"),
    ],
)
def test_images(image: str, mirror: str | None, pinned: str) -> None:
    item = pods(image=image)
    pin_images([item], DIGESTS, mirror)
    assert image_of(item) == pinned


def test_an_image_that_was_never_pushed_is_a_complaint() -> None:
    with pytest.raises(DeployError, match="make images"):
        pin_images([pods(image="ahorrater/notify:latest")], DIGESTS, None)


def test_other_settings_new_pods() -> None:
    def marked(**data: str) -> str:
        item = pods()
        mark_settings([item, settings(**data)], {})
        return item["spec"]["template"]["metadata"]["annotations"][ANNOTATION]

    assert marked(POLICY="thesis") == marked(POLICY="thesis")
    assert marked(POLICY="thesis") != marked(POLICY="forecast")


def test_settings_of_this_cluster_win() -> None:
    config = settings(POLICY="thesis", LOG_LEVEL="INFO")
    set_settings([config], {"POLICY": "forecast", "PARKS": "a,b"})
    assert config["data"] == {"POLICY": "forecast", "LOG_LEVEL": "INFO", "PARKS": "a,b"}


def test_a_job_is_named_after_its_content_and_kept() -> None:
    same, again, other = (pods("Job", image, ttlSecondsAfterFinished=300) for image in ("a", "a", "b"))
    name_jobs([same, again, other])
    names = [item["metadata"]["name"] for item in (same, again, other)]
    assert names[0] == names[1] != names[2]
    assert all(found.startswith("relabel-") for found in names)
    assert "ttlSecondsAfterFinished" not in same["spec"]
