"""Mail servers that let in by access token: a Dovecot that validates JWTs, an SMTP server too."""

import base64
import tempfile
from pathlib import Path

import jwt
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.authority import Authority
from tests.support.certificates import Certificates
from tests.support.dovecot import DovecotServer
from tests.support.smtp import Security, SmtpSink

_VALIDATION = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={keys}/
username_attribute = email
"""
_EXTRA = """\
auth_mechanisms = plain login {mechanisms}
auth_verbose = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {file}
}}
"""


class TokenDovecot(DovecotServer):
    """A Dovecot whose oauth2 passdb believes one authority's signature."""

    def __init__(self, authority: Authority, mechanisms: str = "xoauth2 oauthbearer") -> None:
        self.keys = Path(tempfile.mkdtemp(prefix="solodesk-keys-"))
        authority.key_folder(self.keys)
        file = self.keys / "oauth2.conf"
        file.write_text(_VALIDATION.format(keys=self.keys), encoding="utf-8")
        for path in (self.keys, *self.keys.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        super().__init__(_EXTRA.format(mechanisms=mechanisms, file=file))

    def remove(self) -> None:
        """Stop it and delete its folders."""
        super().remove()
        for path in sorted(self.keys.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.keys.rmdir()


class TokenSink(SmtpSink):
    """An SMTP server with XOAUTH2 and OAUTHBEARER; `bearers` lists (mechanism, user, let in)."""

    def __init__(
        self, certificates: Certificates, authority: Authority, security: Security = "tls"
    ) -> None:
        super().__init__(certificates, security, login=("nobody", "no password works"))
        self.authority = authority
        self.bearers: list[tuple[str, str, bool]] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """As Microsoft and Google do it."""
        said = base64.b64decode(args[1]).decode()
        user = said.partition("\1")[0].removeprefix("user=")
        return await self._decide(server, "XOAUTH2", user, said, b"")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:
        """RFC 7628."""
        said = base64.b64decode(args[1]).decode()
        user = said.partition("\1")[0].removeprefix("n,a=").rstrip(",")
        return await self._decide(server, "OAUTHBEARER", user, said, b"\1")

    async def _decide(
        self, server: SMTP, mechanism: str, user: str, said: str, expected: bytes
    ) -> AuthResult:
        token = said.partition("auth=Bearer ")[2].partition("\1")[0]
        try:
            claims = jwt.decode(token, self.authority.key_pem, algorithms=["RS256"])
        except jwt.InvalidTokenError:
            claims = {}
        right = claims.get("email") == user and said.endswith("\1\1")
        self.bearers.append((mechanism, user, right))
        if right:
            return AuthResult(success=True, auth_data=user)
        # The refusal in two steps: why, and only after an answer the code.
        await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
        answer = (await server._reader.readline()).strip()
        assert base64.b64decode(answer) == expected
        return AuthResult(success=False, handled=False)

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Tokens are longer than passwords (RFC 4954 allows 12,288 octets)."""
        server.command_size_limits["AUTH"] = 12_288
        session.host_name = hostname
        return responses
