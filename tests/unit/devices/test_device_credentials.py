"""`ahorrater devices credentials`, run again and again as devices come and go."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ahorrater.adapters.mqtt.password_file import lines_by_user
from ahorrater.cli import main


@dataclass
class Outcome:
    status: int
    given_out: dict[str, str]
    complaint: str


@dataclass
class World:
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, devices: dict[str, str], *options: str) -> Outcome:
        registry = self.folder / "devices.yaml"
        registry.write_text(yaml.safe_dump({"devices": devices}))
        command = ["ahorrater", "devices", "credentials", str(registry), str(self.folder / "users"), *options]
        self.monkeypatch.setattr(sys, "argv", command)
        status = main()
        output = self.capsys.readouterr()
        return Outcome(status, yaml.safe_load(output.out) or {}, output.err)

    def lines(self) -> dict[str, str]:
        return dict(lines_by_user((self.folder / "users" / "passwords").read_text()))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> World:
    return World(tmp_path, monkeypatch, capsys)


def test_a_password_is_shown_once_and_kept(world: World):
    first = world.run({"roof": "tfgrj2"})
    lines = world.lines()
    again = world.run({"roof": "tfgrj2"})
    assert set(first.given_out) == {"mqtt-source", "roof"}
    assert (again.given_out, world.lines()) == ({}, lines)


def test_devices_come_and_go_and_the_others_keep_their_passwords(world: World):
    world.run({"roof": "tfgrj2", "shed": "tfgrj3"})
    before = world.lines()
    outcome = world.run({"roof": "tfgrj2", "barn": "tfgrj3"})
    after = world.lines()
    assert set(outcome.given_out) == {"barn"}
    assert set(after) == {"mqtt-source", "roof", "barn"}
    assert (after["roof"], after["mqtt-source"]) == (before["roof"], before["mqtt-source"])
    assert "shed" not in (world.folder / "users" / "acl").read_text()


def test_a_password_is_renewed(world: World):
    world.run({"roof": "tfgrj2"})
    before = world.lines()
    outcome = world.run({"roof": "tfgrj2"}, "--renew", "roof")
    assert set(outcome.given_out) == {"roof"}
    assert world.lines()["roof"] != before["roof"]
    assert world.lines()["mqtt-source"] == before["mqtt-source"]


def test_nobody_else_reads_what_was_written(world: World):
    file = world.folder / "new-passwords"
    outcome = world.run({"roof": "tfgrj2"}, "--write", str(file))
    assert outcome.given_out == {}
    assert set(yaml.safe_load(file.read_text())) == {"mqtt-source", "roof"}
    assert {one.stat().st_mode & 0o777 for one in [file, *(world.folder / "users").iterdir()]} == {0o600}


def test_a_file_of_earlier_passwords_is_not_overwritten_and_nothing_else_changes(world: World):
    world.run({"roof": "tfgrj2"})
    before, file = world.lines(), world.folder / "new-passwords"
    file.write_text("precious")
    outcome = world.run({"roof": "tfgrj2", "shed": "tfgrj3"}, "--write", str(file))
    assert outcome.status == 1
    assert (file.read_text(), world.lines()) == ("precious", before)


@pytest.mark.parametrize(
    ("devices", "options", "complaint"),
    [
        ({"mqtt-source": "tfgrj2"}, (), "no device can be called mqtt-source"),
        ({"roof": "tfgrj2"}, ("--renew", "shed"), "not in the registry: shed"),
    ],
)
def test_what_is_wrong_is_said(world: World, devices: dict[str, str], options: tuple[str, ...], complaint: str):
    outcome = world.run(devices, *options)
    assert outcome.status == 1
    assert complaint in outcome.complaint
    assert not (world.folder / "users").exists()
