"""The manual token: who may POST what people ask for."""

import logging

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from ahorrater.adapters.functions import Function, Operation, Params
from ahorrater.adapters.functions.access import AccessSettings

TOKEN = "a-token-for-this-test"


def turn(_params: Params) -> str:
    return "turned"


def look(_params: Params) -> str:
    return "seen"


def client_of(*operations: Operation) -> TestClient:
    function = Function("lever", {}, operations)

    async def main(request):
        return await function(request)

    return TestClient(Starlette(routes=[Route("/{path:path}", main, methods=["GET", "POST"])]))


def lever() -> TestClient:
    return client_of(
        Operation("POST", "/rest/turn", "Turns it.", turn, str, guarded=True),
        Operation("GET", "/rest/look", "Looks at it.", look, str),
    )


@pytest.fixture
def guarded(monkeypatch):
    monkeypatch.setenv("MANUAL_TOKEN", TOKEN)
    return lever()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        (None, 401),
        ("", 401),
        (TOKEN, 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer something-else", 403),
        (f"Bearer {TOKEN}x", 403),
        (f"Bearer {TOKEN[:-1]}", 403),
        ("Bearer \u00e9\u00e9", 403),
    ],
)
def test_only_the_token_opens(guarded, authorization, status):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = guarded.post("/rest/turn", headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert TOKEN not in answer.text
    assert ("www-authenticate" in answer.headers) is (status == 401)


def test_what_is_not_guarded_needs_no_token(guarded):
    assert guarded.get("/rest/look").status_code == 200


def test_without_a_token_it_is_open_and_that_is_said_once(monkeypatch, caplog):
    monkeypatch.setenv("MANUAL_TOKEN", "")
    with caplog.at_level(logging.WARNING):
        client = lever()
        assert client.post("/rest/turn").status_code == 200
    assert [record.levelname for record in caplog.records if "MANUAL_TOKEN" in record.message] == ["WARNING"]


@pytest.mark.parametrize(
    ("site", "status"), [("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_without_a_token_another_sites_page_is_still_refused(monkeypatch, site, status):
    monkeypatch.delenv("MANUAL_TOKEN", raising=False)
    assert lever().post("/rest/turn", headers={"Sec-Fetch-Site": site}).status_code == status


def test_a_function_with_nothing_to_guard_does_not_care(monkeypatch, caplog):
    monkeypatch.delenv("MANUAL_TOKEN", raising=False)
    client_of(Operation("GET", "/rest/look", "Looks at it.", look, str))
    assert not caplog.records


@pytest.mark.parametrize("token", ["two words", "línea", "a\nb"])
def test_a_token_that_fits_no_header_is_refused_without_being_shown(token):
    with pytest.raises(ValidationError) as error:
        AccessSettings(manual_token=token)
    assert token not in str(error.value)


def test_the_openapi_document_says_what_is_guarded(guarded):
    document = guarded.get("/openapi.json").json()
    turn_it, look_at_it = document["paths"]["/rest/turn"]["post"], document["paths"]["/rest/look"]["get"]
    assert turn_it["security"] == [{"manualToken": []}]
    assert set(turn_it["responses"]) == {"200", "400", "401", "403"}
    assert "security" not in look_at_it
    assert document["components"]["securitySchemes"]["manualToken"]["scheme"] == "bearer"
