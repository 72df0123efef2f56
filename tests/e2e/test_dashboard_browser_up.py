"""The dashboard of a running `make up` in a real Chromium: every page against the real functions."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import choose, pull, running_chromium
from tests.e2e.made_up import Run, make_up, until
from tests.integration.local.parks_process import parks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@contextmanager
def parks_of(run: Run, nodes: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The simulated devices of some nodes, as a process of their own on the run's MQTT broker."""
    port = int(run.addresses["mosquitto"].rpartition(":")[2])
    with parks(run.home, port, PARKS=nodes) as devices:
        yield devices


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    home = tmp_path_factory.mktemp("up") / "home"
    with make_up(home, SIMULATED_PARKS="false") as run, parks_of(run, "tfgrj1,tfgrj2"):
        yield run


@pytest.fixture(scope="module")
def third_park(run: Run) -> Iterator["subprocess.Popen[bytes]"]:
    with parks_of(run, "tfgrj3") as device:
        until(run.sunny_nodes)
        yield device


@pytest.fixture(scope="module")
def page(run: Run, third_park: "subprocess.Popen[bytes]") -> Iterator[Page]:
    with running_chromium() as browser:
        yield browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()


def test_live_values_change_and_the_chart_is_sent(page: Page, run: Run) -> None:
    page.goto(run.addresses["dashboard"])
    power = page.locator(".st-key-park-tfgrj1").get_by_test_id("stMetricValue")
    expect(power).to_contain_text("W")
    expect(power).not_to_have_text(power.inner_text())
    pull(page, "Send to Telegram", "Send it")
    expect(page.get_by_role("status").filter(has_text="kept in the outbox")).to_be_visible()
    assert any(picture.stat().st_size > 10_000 for picture in outbox(run).glob("*.png"))


def outbox(run: Run) -> Path:
    return run.home / "outbox"


def test_a_move_by_hand_moves_the_pods(page: Page, run: Run) -> None:
    page.goto(f"{run.addresses['dashboard']}/cluster")
    steering = page.locator(".st-key-steering")
    pull(page, "Pause")
    expect(steering).to_contain_text("Paused")
    target = next(node for node in ("tfgrj1", "tfgrj2", "tfgrj3") if node not in run.sunny_nodes())
    page.get_by_role("button", name=re.compile("^Move the work")).click()
    choose(page, "To node", target)
    page.get_by_role("button", name="Yes, do it").click()
    expect(steering.get_by_role("status")).to_contain_text(f"{target}: {target} is the sunny node")
    until(lambda: run.sunny_nodes() == [target] and run.nodes_of("traveller") == {target})
    expect(page.get_by_role("row").filter(has_text=target).first).to_contain_text("traveller")
    pull(page, "Go on")
    expect(steering).to_contain_text("Decisions are carried out.")


def test_the_fuel_cascade_ends_in_a_chart(page: Page, run: Run) -> None:
    page.goto(f"{run.addresses['dashboard']}/fuel")
    choose(page, "Region", "Aragón")
    choose(page, "Province", "ZARAGOZA")
    choose(page, "Municipality", "Zaragoza")
    page.get_by_role("combobox", name="Station").click()
    page.get_by_role("option", name=re.compile("^MUESTRA ZARAGOZA 2")).click()
    expect(page.get_by_text(re.compile(" at MUESTRA ZARAGOZA 2"))).to_be_visible()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    expect(charts.last.locator("canvas, svg.marks").first).to_be_visible()


def test_a_backtest_ends_in_a_table(page: Page, run: Run) -> None:
    page.goto(f"{run.addresses['dashboard']}/backtest")
    page.get_by_role("button", name="Replay").click()
    table = page.get_by_role("table")
    for policy in ("stay-put", "thesis", "hysteresis", "calm", "forecast", "optimum"):
        expect(table).to_contain_text(policy)
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg.marks").first).to_be_visible()


def test_a_device_that_dies_is_offline_by_its_last_will(
    page: Page, run: Run, third_park: "subprocess.Popen[bytes]"
) -> None:
    page.goto(run.addresses["dashboard"])
    card = page.locator(".st-key-park-tfgrj3")
    expect(card).to_contain_text("Online")
    third_park.kill()
    expect(card).to_contain_text("Offline")
    expect(page.locator(".st-key-park-tfgrj1")).to_contain_text("Online")
