"""The dashboard in a real Chromium, with function servers that the test changes, stops and starts."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ahorrater.contracts.answers import ParkCondition
from tests.e2e.chromium import choose, pull, running_chromium
from tests.e2e.dashboard_process import running_dashboard
from tests.unit.dashboard.function_server import Functions, running_functions
from tests.unit.dashboard.world import backtest_lines, decision, recommendation

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RECOVERY_MS = 40_000


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    with running_functions() as functions:
        yield functions


@pytest.fixture(scope="module")
def address(functions: Functions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("dashboard") / "log"
    with running_dashboard(log, functions.environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Last decisions")).to_be_visible()
    yield page
    context.close()


def wait_for(condition: Callable[[], bool], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"nothing after {patience_s} s")


def test_live_values_change_without_a_reload(page: Page, functions: Functions) -> None:
    page.evaluate("window.sameDocument = true")
    for power_w, text in ((21.4, "21.4 W"), (3.2, "3.2 W")):
        functions.world.parks["sol-1"].power_w = power_w
        expect(page.locator(".st-key-park-sol-1")).to_contain_text(text)
    functions.world.parks["sol-1"].state = ParkCondition.OFFLINE
    expect(page.locator(".st-key-park-sol-1")).to_contain_text("Offline")
    functions.world.parks["sol-1"].state = ParkCondition.ONLINE
    expect(page.locator(".st-key-park-sol-1")).to_contain_text("Online")
    assert page.evaluate("window.sameDocument")


def test_the_sun_moves_while_people_look(page: Page, functions: Functions) -> None:
    world = functions.world
    sunny = page.locator(".st-key-sunny")
    expect(sunny).to_contain_text("sol-2")
    before = world.decisions
    world.decisions, world.sunny = [decision("sol-3", "sol-2", ago_s=0), *before], "sol-3"
    expect(sunny.get_by_role("heading", name="sol-3")).to_be_visible()
    expect(page.get_by_role("table").last).to_contain_text("sol-2 → sol-3")
    world.decisions, world.sunny = before, "sol-2"
    expect(sunny.get_by_role("heading", name="sol-2")).to_be_visible()


def test_the_countdown_runs(page: Page, functions: Functions) -> None:
    entry = functions.world.decisions[0]
    assert entry.pending is not None
    later = entry.pending.model_copy(update={"fires_at": entry.pending.fires_at + timedelta(minutes=30)})
    functions.world.decisions[0] = entry.model_copy(update={"pending": later})
    heading = page.locator(".st-key-sunny").get_by_role("heading", name=re.compile(r"sol-3 · \d+ min \d+ s"))
    expect(heading).to_be_visible()
    shown = heading.inner_text()
    expect(heading).not_to_have_text(shown)


def test_the_chart_is_redrawn_and_not_rebuilt(page: Page, functions: Functions) -> None:
    chart = page.get_by_test_id("stVegaLiteChart")
    drawing = chart.locator("canvas, svg.marks").first
    expect(drawing).to_be_visible()
    drawing.evaluate("element => { element.dataset.kept = 'yes' }")
    asked = functions.energy.requests["/rest/metrics/histories"]
    wait_for(lambda: functions.energy.requests["/rest/metrics/histories"] >= asked + 3)
    expect(chart.locator("[data-kept=yes]")).to_be_visible()


def test_the_chart_shows_what_is_chosen(page: Page) -> None:
    page.get_by_role("radio", name="Voltage").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_contain_text("Voltage")
    expect(page.get_by_role("radio", name="15 min")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "name", "banners", "still_there"),
    [
        ("/", "cluster-query", 1, "14."),
        ("/", "energy-query", 5, "Sunny now"),
        ("/cluster", "cluster-query", 2, "Decisions are carried out."),
        ("/cluster", "relabel", 1, "fuel-query-00001-7d9f"),
        ("/fuel", "fuel-query", 3, "Compared with"),
    ],
)
def test_a_stopped_function_is_told_and_comes_back(
    page: Page, address: str, functions: Functions, path: str, name: str, banners: int, still_there: str
) -> None:
    page.goto(address + path)
    expect(page.get_by_text(still_there).first).to_be_visible()
    page.evaluate("window.sameDocument = true")
    functions.all[name].stop()
    try:
        alerts = page.get_by_role("alert").filter(has_text=f"{name} cannot be reached")
        expect(alerts).to_have_count(banners)
        expect(page.get_by_text(still_there).first).to_be_visible()
    finally:
        functions.all[name].start()
    # What changes slowly is kept for 4.5 s and drawn every 5 s; a function that hung is left alone for 5 s.
    expect(page.get_by_role("alert")).to_have_count(0, timeout=RECOVERY_MS)
    expect(page.get_by_text(still_there).first).to_be_visible()
    assert page.evaluate("window.sameDocument")


def test_a_page_that_opens_while_its_function_is_away_comes_by_itself(
    page: Page, address: str, functions: Functions
) -> None:
    functions.fuel.stop()
    try:
        page.goto(f"{address}/fuel")
        expect(page.get_by_role("alert").filter(has_text="fuel-query cannot be reached").first).to_be_visible()
    finally:
        functions.fuel.start()
    expect(page.get_by_role("heading", name="Prices over time")).to_be_visible()


def test_a_backtest_without_its_function_says_so_and_can_be_tried_again(
    page: Page, address: str, functions: Functions
) -> None:
    page.goto(f"{address}/backtest")
    functions.backtest.stop()
    try:
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_role("alert")).to_contain_text("backtest cannot be reached")
    finally:
        functions.backtest.start()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("table")).to_contain_text("optimum")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_levers_ask_and_then_act(page: Page, address: str, functions: Functions) -> None:
    page.goto(f"{address}/cluster")
    steering = page.locator(".st-key-steering")
    pull(page, "Pause")
    expect(steering).to_contain_text("Paused")
    pull(page, "Go on")
    expect(steering).to_contain_text("Decisions are carried out.")
    functions.world.change_control(waiting=recommendation())
    expect(steering).to_contain_text("sol-2 → sol-3")
    pull(page, "Veto")
    expect(steering).to_contain_text("Vetoed")
    functions.world.change_control(waiting=None)
    pull(page, "Label only")
    expect(steering.get_by_role("status").filter(has_text="no workload is moved.")).to_be_visible()
    functions.world.sunny = "sol-2"


def test_a_refused_order_is_told_in_its_own_words(page: Page, address: str, functions: Functions) -> None:
    page.goto(f"{address}/cluster")
    pull(page, "Pause")
    expect(page.locator(".st-key-steering")).to_contain_text("Paused")
    page.get_by_role("button", name=re.compile("^Go on")).click()
    functions.relabel.orders_refused = "this needs the header"
    try:
        page.get_by_role("button", name="Yes, do it").click()
        expect(page.get_by_role("alert").filter(has_text="this needs the header")).to_be_visible()
    finally:
        functions.relabel.orders_refused = None
    functions.world.change_control(paused=False)


def test_the_fuel_cascade_ends_in_a_chart(page: Page, address: str) -> None:
    page.goto(f"{address}/fuel")
    expect(page.get_by_text("the mean of All of Spain.")).to_be_visible()
    choose(page, "Region", "Madrid")
    choose(page, "Province", "MADRID")
    choose(page, "Municipality", "Getafe")
    choose(page, "Station", "BRAND 2 · STREET 2")
    expect(page.get_by_text("Gasóleo A and Gasolina 95 E5 at BRAND 2.")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").last.locator("canvas, svg.marks").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Prices (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "day,product,price"
    assert len(lines) == 1 + 2 * 14


def test_a_chart_is_sent_and_the_outcome_told(page: Page, functions: Functions) -> None:
    pull(page, "Send to Telegram", "Send it")
    expect(page.get_by_role("status").filter(has_text="0001-photo.png")).to_be_visible()
    assert functions.notify.requests["/rest/exportData"] == 1


def test_a_replay_tells_how_far_it_is(page: Page, address: str, functions: Functions) -> None:
    page.goto(f"{address}/backtest")
    functions.backtest.between_lines_s = 1
    try:
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text(re.compile("Step [23] of 3"))).to_be_visible()
        expect(page.get_by_role("table")).to_contain_text("calm")
    finally:
        functions.backtest.between_lines_s = 0
    expect(page.get_by_role("row")).to_have_count(len(backtest_lines()))


def test_the_language_is_switched_and_stays_in_the_address(page: Page) -> None:
    page.get_by_text("Español", exact=True).click()
    expect(page.get_by_role("heading", name="Parques solares")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]lang=es"))
    page.reload()
    expect(page.get_by_role("heading", name="Últimas decisiones")).to_be_visible()


def test_it_fits_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="es-ES", viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Últimas decisiones")).to_be_visible()
    first, second = (page.locator(f".st-key-park-sol-{place}").bounding_box() for place in (1, 2))
    assert first is not None
    assert second is not None
    assert first["x"] == second["x"]
    assert second["y"] > first["y"]
    for path, heading in (("/", "Hoy"), ("/cluster", "Mandos"), ("/fuel", "Mapa"), ("/backtest", "AhorraTER")):
        page.goto(address + path)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_nothing_is_fetched_from_elsewhere(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path, heading in (("/", "Today"), ("/cluster", "Steering"), ("/fuel", "Map"), ("/backtest", "AhorraTER")):
        page.goto(address + path)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    assert [url for url in asked if url.startswith("http") and not url.startswith(address)] == []
    context.close()
