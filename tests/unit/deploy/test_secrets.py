"""Secrets: made once, extended when parks come, readable by those who need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ahorrater.adapters.mqtt.password_file import lines_by_user
from infra.deploy.errors import DeployError
from infra.deploy.secrets.generate import database_urls, ensure_database, ensure_mqtt
from tests.unit.deploy.overlays import ROOT


@dataclass
class MemorySecrets:
    """Secrets in a dictionary."""

    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    writes: int = 0

    def read(self, name: str) -> dict[str, str]:
        return dict(self.kept.get(name, {}))

    def write(self, name: str, values: Mapping[str, str]) -> None:
        self.writes += 1
        self.kept[name] = dict(values)


def test_users_are_made_once_and_parks_can_be_added() -> None:
    store = MemorySecrets()
    ensure_mqtt(store, ROOT, ["sol-1"])
    before, writes = store.read("ahorrater-parks"), store.writes
    ensure_mqtt(store, ROOT, ["sol-1"])
    assert store.writes == writes
    ensure_mqtt(store, ROOT, ["sol-1", "sol-2"])
    assert store.read("ahorrater-parks").items() > before.items()
    assert lines_by_user(store.read("mosquitto")["passwords"]).keys() == {"mqtt-source", "sol-1", "sol-2"}
    assert "readwrite ahorrater/v1/%u/#" in store.read("mosquitto")["acl"]


def test_the_database_is_named_by_its_servers() -> None:
    assert database_urls("p", 1) == {"url": "postgresql://ahorrater:p@postgres:5432/ahorrater"}
    urls = database_urls("p", 2)
    assert urls["url"].endswith("@postgres-0,postgres-1/ahorrater?target_session_attrs=read-write")
    assert urls["read-url"].endswith("@postgres-read/ahorrater")


def test_passwords_are_kept() -> None:
    store = MemorySecrets()
    ensure_database(store, 1)
    kept = dict(store.kept)
    ensure_database(store, 1)
    assert store.kept == kept
    assert kept["postgres"]["password"] in kept["ahorrater-database"]["url"]


def test_a_database_of_others_must_be_named_by_people() -> None:
    with pytest.raises(DeployError, match="ahorrater-database"):
        ensure_database(MemorySecrets(), 0)
