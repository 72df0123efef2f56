"""Who may do what. Everybody sees everything; orders are for operators."""

from collections.abc import Mapping, Set
from enum import StrEnum


class Role(StrEnum):
    """What a person may do."""

    VIEWER = "viewer"
    OPERATOR = "operator"


def role_after_login(user: Mapping[str, object], operators: Set[str]) -> Role:
    """The role of whoever logged in: an operator is on the list by an e-mail address that the provider has verified."""
    email = str(user.get("email", "")).lower()
    verified = user.get("email_verified", False) in (True, "true")
    return Role.OPERATOR if verified and email in operators else Role.VIEWER
