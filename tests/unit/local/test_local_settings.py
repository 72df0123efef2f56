"""The environment that a local run gives its processes."""

from pathlib import Path

import pytest

from infra.local.environment import compose, declared
from infra.local.lock import AlreadyRunningError, only_one
from infra.local.manifests.objects import Service
from infra.local.manifests.wiring import read_wiring
from infra.local.overrides import local_overrides
from infra.local.parks.boots import next_boot
from infra.local.ports import Ports
from infra.local.processes.supervisor import restart_wait_s
from infra.local.settings import RunnerSettings

BASE = Path(__file__).resolve().parents[3] / "knative" / "base"


def test_a_function_gets_what_its_manifest_declares_but_no_secret() -> None:
    wiring = read_wiring(BASE)
    chooser = next(service for service in wiring.of(Service) if service.name == "choose-node")
    environment = declared(chooser.container, wiring)
    assert environment["POLICY"] == "forecast"
    assert "DATABASE_URL" not in environment


def test_the_users_wish_counts_more_than_ours_and_the_wiring_most() -> None:
    environment = compose(
        {"A": "1", "B": "1", "C": "1", "D": "1"}, {"B": "2", "C": "2", "D": "2"}, {"C": "3", "D": "3"}, {"D": "4"}
    )
    assert environment == {"A": "1", "B": "2", "C": "3", "D": "4"}


@pytest.mark.parametrize(
    ("given", "hold_s"),
    [
        ({"day_s": 86_400}, "120"),
        ({"day_s": 8_640}, "12"),
        ({"day_s": 600}, "2"),
        ({"day_s": 900_000}, "120"),
        ({"trace": "t.csv", "speed": 1}, "120"),
        ({"trace": "t.csv", "speed": 10}, "12"),
    ],
)
def test_the_decisions_delays_are_shortened_as_the_day_is(given: dict[str, float | str], hold_s: str) -> None:
    assert local_overrides(RunnerSettings.model_validate(given))["POLICY_HOLD_S"] == hold_s


def test_a_port_is_handed_out_once() -> None:
    ports = Ports()
    first = ports.take(ports.take(39_871))
    assert first not in (39_871, ports.take(39_871))


@pytest.mark.parametrize(("deaths", "wait_s"), [(0, 0), (1, 0), (2, 0.5), (3, 1), (4, 2), (20, 10)])
def test_who_dies_again_and_again_waits_longer(deaths: int, wait_s: float) -> None:
    assert restart_wait_s(deaths) == wait_s


def test_a_second_runner_hears_who_is_first(tmp_path: Path) -> None:
    with only_one(tmp_path / "lock") as lock:
        lock.announce("http://127.0.0.1:8501")
        with (
            pytest.raises(AlreadyRunningError, match=r"process \d+ at http://127\.0\.0\.1:8501"),
            only_one(tmp_path / "lock"),
        ):
            pass
    with only_one(tmp_path / "lock"):
        pass


def test_the_boot_counter_grows(tmp_path: Path) -> None:
    assert [next_boot(tmp_path, "n1"), next_boot(tmp_path, "n1"), next_boot(tmp_path, "n2")] == [1, 2, 1]
