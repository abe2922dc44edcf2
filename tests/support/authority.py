"""A small OAuth2 authority over HTTPS on loopback: authorisation with PKCE, tokens, device codes.

It signs its access tokens (RS256), so that a Dovecot with its public key lets in whom it names.
"""

import base64
import hashlib
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.certificates import Certificates

CLIENT_ID = "solodesk-test"


@dataclass(slots=True)
class Conduct:
    """How it behaves; change it at any time.

    `user`: who "signs in". `lifetime_s`: of access tokens. `pending`: answers "not yet" to so
    many device polls. `refuse`: an error for the browser. `token_error`: for every token request.
    """

    user: str = ""
    lifetime_s: int = 3600
    pending: int = 0
    refuse: str | None = None
    token_error: str | None = None
    client_secret: str | None = None
    rotate: bool = True


@dataclass(slots=True)
class _Asked:
    fields: dict[str, str]


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key for the whole run: making it takes long."""
    return rsa.generate_private_key(65537, 2048)


class Authority:
    """The authority. `asked` holds every token request; `key_pem` verifies its tokens."""

    def __init__(self, certificates: Certificates) -> None:
        self._key = _key()
        self.key_pem = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.certificates = certificates
        self.conduct = Conduct()
        self.asked: list[dict[str, str]] = []
        self.authorised: list[dict[str, str]] = []
        self.given: list[str] = []
        """Every access and refresh token that left."""
        self._codes: dict[str, _Asked] = {}
        self._devices: dict[str, _Asked] = {}
        self._refresh: set[str] = set()
        self._lock = threading.Lock()
        authority = self

        class Handler(_Handler):
            owner = authority

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain, certificates.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Its base, as Microsoft's `https://login…/common`."""
        return f"https://127.0.0.1:{self._server.server_address[1]}/common"

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def revoke(self) -> None:
        """Forget every refresh token, as when the owner changed the password."""
        self._refresh.clear()

    def key_folder(self, folder: Path) -> Path:
        """Its key as Dovecot's local validation wants it."""
        place = folder / "default" / "RS256"
        place.mkdir(parents=True)
        (place / "default").write_bytes(self.key_pem)
        return folder

    def token(self, user: str, lifetime_s: int | None = None) -> str:
        """An access token for a mailbox."""
        now = int(time.time())
        lasts = self.conduct.lifetime_s if lifetime_s is None else lifetime_s
        claims = {"sub": user, "email": user, "iat": now - 5, "exp": now + lasts}
        made = jwt.encode(claims, self._key, algorithm="RS256")
        self.given.append(made)
        return made

    # What the endpoints do.

    def configuration(self) -> dict[str, Any]:
        """The metadata msal asks for."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "device_authorization_endpoint": f"{self.url}/device",
        }

    def authorise(self, fields: dict[str, str]) -> str:
        """Where the browser is sent after the owner said yes or no."""
        self.authorised.append(fields)
        answer = {"state": fields["state"]}
        if self.conduct.refuse:
            answer["error"] = self.conduct.refuse
        else:
            code = secrets.token_urlsafe(12)
            self._codes[code] = _Asked(fields)
            answer["code"] = code
        return f"{fields['redirect_uri']}?{urlencode(answer)}"

    def device(self, fields: dict[str, str]) -> dict[str, Any]:
        """A code to type."""
        code = secrets.token_urlsafe(12)
        self._devices[code] = _Asked(fields)
        return {
            "device_code": code, "user_code": "ABCD-1234", "interval": 1, "expires_in": 60,
            "verification_uri": f"{self.url}/type-it",
        }  # fmt: skip

    def redeem(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Tokens for a code, a device code or a refresh token."""
        self.asked.append(fields)
        if self.conduct.token_error:
            return 400, {"error": self.conduct.token_error, "error_description": "Not any more."}
        if fields.get("client_id") != CLIENT_ID:
            return 401, {"error": "invalid_client"}
        if self.conduct.client_secret not in (None, fields.get("client_secret")):
            return 401, {"error": "invalid_client"}
        grant = fields.get("grant_type", "")
        if grant == "refresh_token":
            with self._lock:
                known = fields.get("refresh_token") in self._refresh
                if self.conduct.rotate:
                    self._refresh.discard(fields.get("refresh_token", ""))
            return self._answer({}) if known else (400, _INVALID)
        if grant == "authorization_code":
            return self._code(fields)
        return self._device_code(fields)

    def _code(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(fields.get("code", ""), None)
        if asked is None or asked.fields["redirect_uri"] != fields.get("redirect_uri"):
            return 400, _INVALID
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked.fields.get("code_challenge_method") != "S256" or (
            asked.fields.get("code_challenge") != challenge
        ):
            return 400, _INVALID
        return self._answer(asked.fields)

    def _device_code(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if fields.get("device_code") not in self._devices:
            return 400, _INVALID
        if self.conduct.pending > 0:
            self.conduct.pending -= 1
            return 400, {"error": "authorization_pending"}
        return self._answer(self._devices.pop(fields["device_code"]).fields)

    def _answer(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        again = secrets.token_urlsafe(16)
        self._refresh.add(again)
        self.given.append(again)
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": self.token(self.conduct.user),
            "refresh_token": again,
            "expires_in": self.conduct.lifetime_s,
        }
        if "openid" in asked.get("scope", ""):
            now = int(time.time())
            claims = {
                "iss": self.url, "aud": CLIENT_ID, "sub": self.conduct.user, "iat": now,
                "exp": now + 600, **({"nonce": asked["nonce"]} if "nonce" in asked else {}),
            }  # fmt: skip
            answer["id_token"] = jwt.encode(claims, self._key, algorithm="RS256")
        return 200, answer


_INVALID = {"error": "invalid_grant", "error_description": "The sign-in was taken back."}


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: Authority
    timeout = 5

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.endswith("/openid-configuration"):
            self._json(200, self.owner.configuration())
        elif parts.path == "/common/authorize":
            to = self.owner.authorise({k: v[0] for k, v in parse_qs(parts.query).items()})
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        fields = dict(parse_qsl(body))
        if self.path == "/common/token":
            self._json(*self.owner.redeem(fields))
        elif self.path == "/common/device":
            self._json(200, self.owner.device(fields))
        else:
            self._json(404, {})

    def _json(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Tests are quiet."""


@dataclass(slots=True)
class Browser:
    """The owner's browser: opens what the desk opens, follows where it is sent."""

    ca_file: Path
    pages: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Open an address; the page it ends on is kept."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with urllib.request.urlopen(url, context=context, timeout=10) as answer:
            self.pages.append(answer.read().decode())
