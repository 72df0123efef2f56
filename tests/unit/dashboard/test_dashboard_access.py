import pytest
from pydantic import SecretStr

from dashboard.access import Role, role_after_login
from dashboard.settings import Settings

OPERATORS = frozenset({"ana@example.org"})


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ({"email": "ana@example.org", "email_verified": True}, Role.OPERATOR),
        ({"email": "Ana@Example.org", "email_verified": "true"}, Role.OPERATOR),
        ({"email": "ana@example.org", "email_verified": False}, Role.VIEWER),
        ({"email": "ana@example.org"}, Role.VIEWER),
        ({"email": "eve@example.org", "email_verified": True}, Role.VIEWER),
        ({}, Role.VIEWER),
    ],
)
def test_an_operator_is_on_the_list_by_a_verified_address(user: dict[str, object], role: Role) -> None:
    assert role_after_login(user, OPERATORS) is role


def test_nobody_gives_orders_unless_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHBOARD_ROLE", raising=False)
    assert Settings().dashboard_role is Role.VIEWER
    monkeypatch.setenv("DASHBOARD_ROLE", "operator")
    assert Settings().dashboard_role is Role.OPERATOR


def test_operators_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_OPERATORS", " Ana@example.org, ,bob@example.org")
    monkeypatch.setenv("MANUAL_TOKEN", "secret")
    settings = Settings()
    assert settings.operators == {"ana@example.org", "bob@example.org"}
    assert settings.manual_token == SecretStr("secret")
    assert "secret" not in repr(settings)
