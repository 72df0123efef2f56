"""The pictures of the dashboard in docs/images, taken anew of a running `make up`: `make pictures`, some six minutes.

The Backtest page's own picture is taken by hand: what it shows is chosen, not waited for.
"""

import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.chromium import running_chromium
from tests.e2e.made_up import ROOT, Run, make_up, until
from tests.integration.local.parks_process import parks

FOLDER = ROOT / "docs" / "images"
NODES = ("tfgrj1", "tfgrj2", "tfgrj3")
DAY_S = "1200"
"""A day of twenty minutes: after five of them it is two in the afternoon."""
HISTORY_S = 270.0
MOVE_DEADLINE_S = 120.0
MARGIN = 10
DESKTOP, PHONE = {"width": 1440, "height": 2400}, {"width": 390, "height": 1140}
COLOURS = 128
"""A picture of a page needs no more, and is a third of the size."""


def take_pictures(run: Run, browser: Browser) -> None:
    """Once there is something to see: some minutes of readings, and moves."""
    with _page(browser, run, "/cluster"):  # What nodes used is what the dashboard saw while somebody looked.
        time.sleep(HISTORY_S)
        until(lambda: _moved_lately(run), MOVE_DEADLINE_S)
        _take_pictures(run, browser)


def _take_pictures(run: Run, browser: Browser) -> None:
    with _page(browser, run, "/?lang=en") as page:
        _keep("dashboard", _down_to(page, page.locator(".st-key-today")))
    with _page(browser, run, "/?lang=es", dark=True) as page:
        _keep("dashboard-dark", _down_to(page, page.locator(".st-key-today")))
    [home] = run.sunny_nodes()
    _move_by_hand(run, next(node for node in NODES if node != home))
    with _page(browser, run, "/cluster?lang=en") as page:
        expect(page.get_by_role("table").last).to_contain_text("By hand")
        _keep("dashboard-cluster", _down_to(page, page.get_by_role("table").last))
    with _page(browser, run, "/fuel?lang=en", dark=True) as page:
        _keep("dashboard-fuel-dark", _down_to(page, page.get_by_test_id("stVegaLiteChart").last))
    _move_by_hand(run, home)
    _keep(
        "dashboard-phone-dark",
        _beside([_on_a_phone(browser, run, path) for path in ("", "cluster", "fuel", "backtest")]),
    )


def take_the_offline_picture(run: Run, browser: Browser) -> None:
    """Once mosquitto has published the last wills."""
    with _page(browser, run, "/?lang=en") as page:
        cards = [page.locator(f".st-key-park-{node}") for node in NODES]
        for card in cards:
            expect(card).to_contain_text("Offline")
        expect(page.locator(".st-key-sunny")).to_contain_text("Every park has fallen silent")
        _keep("dashboard-offline", _down_to(page, cards[0]))


def _moved_lately(run: Run) -> bool:
    """Twice at least, the last time not in this very moment: then the page shows where the work is."""
    moves = run.get("energy-query", "/rest/metrics/moves?limit=3")
    return len(moves) == 3 and run.sunny_nodes() == [moves[0]["node"]]


def _move_by_hand(run: Run, target: str) -> None:
    request = urllib.request.Request(f"{run.addresses['relabel']}/rest/updatePodsSun/{target}", method="POST")
    urllib.request.urlopen(request, timeout=30).close()
    until(lambda: run.get("energy-query", "/rest/metrics/moves?limit=1")[0]["node"] == target)


@contextmanager
def _page(browser: Browser, run: Run, path: str, *, dark: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        viewport=DESKTOP, color_scheme="dark" if dark else "light", timezone_id="Europe/Madrid"
    )
    page = context.new_page()
    page.goto(f"{run.addresses['dashboard']}{path}")
    yield page
    context.close()


def _on_a_phone(browser: Browser, run: Run, path: str) -> Image.Image:
    context = browser.new_context(viewport=PHONE, color_scheme="dark", timezone_id="Europe/Madrid")
    page = context.new_page()
    page.goto(f"{run.addresses['dashboard']}/{path}?lang=es")
    if path == "backtest":
        page.get_by_role("button", name="Reproducir").click()
        expect(page.get_by_role("table")).to_contain_text("optimum")
    picture = _picture(page)
    context.close()
    return picture


def _down_to(page: Page, last: Locator) -> Image.Image:
    """The page as far as there; it has a moment to draw its charts."""
    expect(last).to_be_visible()
    picture, box = _picture(page), last.bounding_box()
    assert box is not None
    return picture.crop((0, 0, picture.width, min(picture.height, round(box["y"] + box["height"]) + MARGIN)))


def _picture(page: Page) -> Image.Image:
    page.wait_for_timeout(4000)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _beside(pictures: Sequence[Image.Image]) -> Image.Image:
    whole = Image.new("RGB", (sum(picture.width for picture in pictures), pictures[0].height))
    for place, picture in enumerate(pictures):
        whole.paste(picture, (place * picture.width, 0))
    return whole


def _keep(name: str, picture: Image.Image) -> None:
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path.relative_to(ROOT), *picture.size, flush=True)


def main() -> None:
    """Takes all of them."""
    with (
        tempfile.TemporaryDirectory() as home,
        make_up(Path(home) / "home", SIMULATED_PARKS="false", DAY_S=DAY_S) as run,
    ):
        port = int(run.addresses["mosquitto"].rpartition(":")[2])
        with running_chromium() as browser:
            with parks(run.home, port, PARKS=",".join(NODES), DAY_S=DAY_S) as devices:
                take_pictures(run, browser)
                devices.kill()
            take_the_offline_picture(run, browser)


if __name__ == "__main__":
    main()
