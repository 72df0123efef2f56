"""Login with an OpenID Connect provider in a real Chromium: operators get levers, all others look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import running_chromium
from tests.e2e.dashboard_process import free_port, running_dashboard
from tests.e2e.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.unit.dashboard.function_server import running_functions

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider({"email": "ana@example.org", "email_verified": True}) as provider:
        yield provider


@pytest.fixture
def page(provider: Provider, tmp_path: Path) -> Iterator[Page]:
    port = free_port()
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(
        f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a cookie secret of the test alone"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
    )
    options = ["--secrets.files", str(secrets)]
    with running_functions() as functions, running_chromium() as browser:
        environment = {**functions.environment, "DASHBOARD_OPERATORS": "ana@example.org"}
        with running_dashboard(tmp_path / "log", environment, port, options) as address:
            page = browser.new_context(locale="en-GB").new_page()
            page.goto(f"{address}/cluster")
            yield page


def test_the_list_says_who_is_an_operator(page: Page, provider: Provider) -> None:
    pause = page.get_by_role("button", name="Pause")
    expect(page.get_by_text("You may look. Orders are for operators.")).to_be_visible()
    expect(pause).to_have_count(0)

    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.get_by_role("link", name="Cluster").click()
    expect(pause).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    provider.claims["email"] = "eve@example.org"
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.get_by_role("link", name="Cluster").click()
    expect(page.get_by_text("You may look. Orders are for operators.")).to_be_visible()
    expect(pause).to_have_count(0)
