"""A small OpenID Connect provider: whoever comes is logged in at once, as the person that the test names."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.integration.http_server import HttpServer, QuietHandler

CLIENT_ID, CLIENT_SECRET = "dashboard", "a secret of the test"


@dataclass
class Provider:
    """`claims`: what the provider says of the next person who logs in."""

    claims: dict[str, Any]
    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    nonces: dict[str, str] = field(default_factory=dict)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorized(self, query: dict[str, str]) -> str:
        """Where the browser goes next."""
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = query.get("nonce", "")
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, query: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        times = {"iat": now, "exp": now + 600}
        claims = {"iss": self.url, "sub": "1", "aud": CLIENT_ID, "nonce": self.nonces[query["code"]], **times}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, **self.claims}, self.key)
        return {"access_token": "unused", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def running_provider(claims: dict[str, Any]) -> Iterator[Provider]:
    provider = Provider(claims)

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 -- the base class's name
            url = urlsplit(self.path)
            if url.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorized(_flat(url.query)))
                self.end_headers()
            elif url.path == "/jwks":
                self._json({"keys": [provider.key.as_dict(private=False)]})
            else:
                self._json(provider.configuration())

        def do_POST(self) -> None:  # noqa: N802 -- the base class's name
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._json(provider.token(_flat(body)))

        def _json(self, answer: dict[str, Any]) -> None:
            self.answer(200, json.dumps(answer).encode())

    with HttpServer(Handler) as server:
        provider.url = server.url
        yield provider


def _flat(query: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query).items()}
