"""The dashboard over its Service, in a real Chromium."""

import pytest
from playwright.sync_api import expect

from infra.deploy.kubectl import Kubectl
from infra.deploy.port_forward import forwarded
from infra.deploy.settings import NAMESPACE
from tests.e2e.chromium import running_chromium
from tests.e2e.cluster.parks import Parks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.timeout(300)
def test_people_see_the_parks_of_the_cluster(kubectl: Kubectl, parks: Parks) -> None:
    parks.shine_on(parks.names[0])
    with forwarded(kubectl, NAMESPACE, "service/dashboard", 80) as port, running_chromium() as browser:
        page = browser.new_page(locale="en-GB")
        page.goto(f"http://127.0.0.1:{port}")
        for park in parks.names:
            expect(page.locator(f".st-key-park-{park}")).to_contain_text("Online", timeout=60_000)
        expect(page.locator(f".st-key-park-{parks.names[0]}")).to_contain_text("36", timeout=60_000)
