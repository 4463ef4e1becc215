"""An OpenID provider on loopback that is strict where the ready-made one is lenient (PKCE), and lies when it is told to."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT = "setelitori"
SECRET = "secret-of-the-client"


@dataclass
class Issuer:
    """``claims`` go into the next ID tokens over the true ones; a claim set to None is left out. ``faults`` break things."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first", "use": "sig", "alg": "ES256"})
    )
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def rotate_key(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})

    def agree(self, authorization_url: str) -> str:
        """A person signs in: the address that their browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.url})}"

    def deny(self, authorization_url: str) -> str:
        """A person presses Cancel."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"

    def id_token(self, asked: dict[str, str]) -> str:
        moment = int(time.time())
        true = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "sub-1",
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in {**true, **self.claims}.items() if value is not None}
        if "symmetric" in self.faults:
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), algorithms=["HS256"])
        if "unsigned" in self.faults:
            return ".".join([_b64({"alg": "none"}), _b64(claims), ""])
        key = ECKey.generate_key("P-256", {"kid": self.key.kid}) if "forged" in self.faults else self.key
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])

    def answer(self, path: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path in self.faults:
            return 500, {"error": "broken"}
        if path == "/.well-known/openid-configuration":
            return 200, self.metadata()
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        return self.token(body) if path == "/token" else (200, self.userinfo)

    def metadata(self) -> dict[str, Any]:
        name = "https://somebody.else" if "other_name" in self.faults else self.url
        addresses = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        more = {"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo else {}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": name, **{key: self.url + path for key, path in addresses.items()}, **more, **methods}

    def token(self, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(body.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(body.get("code_verifier", "").encode()).digest()).rstrip(
            b"="
        )
        if asked is None or asked["code_challenge"] != challenge.decode() or body.get("client_secret") != SECRET:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(asked)}


@contextmanager
def oidc_issuer() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self.reply({name: values[0] for name, values in parse_qs(text).items()})

        def reply(self, body: dict[str, str]) -> None:
            status, answer = issuer.answer(urlsplit(self.path).path, body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()


def _b64(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
