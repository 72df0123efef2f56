"""Who may change things by hand: whoever brings the token that the operator has set (RFC 6750)."""

import hmac
import logging
from collections.abc import Mapping

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ahorrater.contracts.errors import Problem

SCHEME = "manualToken"
"""The security scheme's name in the OpenAPI document."""
SAME_SITE = frozenset({"none", "same-origin"})
logger = logging.getLogger(__name__)


class AccessSettings(BaseSettings):
    """MANUAL_TOKEN: what people's POST paths ask for, as `Authorization: Bearer TOKEN`. Without it they are open to
    whoever reaches the port, which is meant for one machine and for a cluster whose NetworkPolicies keep strangers out.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    manual_token: SecretStr = SecretStr("")

    @field_validator("manual_token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value().strip()
        if not text.isascii() or any(character.isspace() for character in text):
            raise ValueError("MANUAL_TOKEN must be ASCII without spaces: it travels in an HTTP header")
        return SecretStr(text)


class Unauthorized(Problem):
    """No token came: 401."""

    status = 401
    title = "Unauthorized"

    def __init__(
        self, detail: str = "this needs the header `Authorization: Bearer TOKEN`, with the value of MANUAL_TOKEN"
    ) -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": 'Bearer realm="ahorrater"'}


class Forbidden(Problem):
    """Another token came: 403."""

    status = 403
    title = "Forbidden"

    def __init__(self, detail: str = "this is not the token that MANUAL_TOKEN holds here") -> None:
        super().__init__(detail)


class Access:
    """Lets guarded operations be called with the token only; all, where none is set."""

    def __init__(self, settings: AccessSettings) -> None:
        self._token = settings.manual_token.get_secret_value().encode()
        if not self._token:
            logger.warning("MANUAL_TOKEN is not set: whoever reaches this port may change things by hand")

    def check(self, headers: Mapping[str, str]) -> None:
        """Raises Unauthorized or Forbidden. How long it takes tells nothing of the token.

        Without a token, what a browser sends for another site's page is still refused (W3C Fetch Metadata).
        """
        if not self._token:
            if headers.get("sec-fetch-site", "none") not in SAME_SITE:
                raise Forbidden("a page of another site may not do this")
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise Unauthorized
        if not hmac.compare_digest(given.strip().encode(), self._token):
            raise Forbidden
