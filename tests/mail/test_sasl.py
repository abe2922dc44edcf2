"""Access tokens at real servers: a Dovecot that checks signatures, an SMTP server that does too."""

from collections.abc import Iterator

import pytest

from solodesk.base.errors import NeedsOwner
from solodesk.mail import sasl, smtp
from solodesk.mail.imap import ImapSource
from solodesk.mail.sasl import AccessToken
from solodesk.mail.server import Server
from tests.support.authority import Authority
from tests.support.certificates import Certificates
from tests.support.oauth_mail import TokenDovecot, TokenSink
from tests.support.shop import QUICK

USER = "ling@shop.example"


@pytest.fixture(params=["xoauth2", "oauthbearer", "xoauth2 oauthbearer"])
def dovecot_with(request: pytest.FixtureRequest, authority: Authority) -> Iterator[TokenDovecot]:
    server = TokenDovecot(authority, request.param)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def sink(certificates: Certificates, authority: Authority) -> Iterator[TokenSink]:
    sink = TokenSink(certificates, authority)
    sink.start()
    yield sink
    sink.stop()


def test_dovecot_lets_in_whom_the_token_names(
    dovecot_with: TokenDovecot, authority: Authority
) -> None:
    there = dovecot_with
    server = Server(there.host, there.tls_port, "tls", USER, str(there.certificates.ca))
    with ImapSource(server, AccessToken(authority.token(USER)), QUICK) as source:
        assert [folder.name for folder in source.folders()] == ["INBOX", "Sent"]
        assert source.examine("INBOX").exists == 0
    for wrong in (authority.token("mei@shop.example"), authority.token(USER, -60), "no token"):
        with pytest.raises(NeedsOwner) as told:
            ImapSource(server, AccessToken(wrong), QUICK)
        assert told.value.code == "token_refused"
        assert told.value.params["user"] == USER
        assert wrong not in str(dict(told.value.params))


@pytest.mark.parametrize("offered", [{"XOAUTH2"}, {"XOAUTH2", "OAUTHBEARER"}, {"OAUTHBEARER"}])
def test_smtp_lets_in_whom_the_token_names(
    sink: TokenSink, authority: Authority, offered: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in {"XOAUTH2", "OAUTHBEARER"} - offered:
        monkeypatch.delattr(TokenSink, f"auth_{name}")
    sink.stop()
    sink.start()
    server = Server(sink.host, sink.port, "tls", USER, str(sink.certificates.ca))
    outcome = smtp.send(
        server, AccessToken(authority.token(USER)), USER, ["mei@x.example"],
        b"Subject: Hello\r\n\r\nHello\r\n", lambda _phase: None, QUICK,
    )  # fmt: skip
    assert outcome.error is None
    assert sink.wait_for(1)[0].user == USER
    with pytest.raises(NeedsOwner) as told:
        smtp.check(server, AccessToken(authority.token("mei@shop.example")), QUICK)
    assert told.value.code == "token_refused"
    mechanism = "OAUTHBEARER" if "OAUTHBEARER" in offered else "XOAUTH2"
    assert sink.bearers == [(mechanism, USER, True), (mechanism, USER, False)]


def test_a_token_never_goes_over_a_plain_line_to_another_computer(authority: Authority) -> None:
    for attempt in (
        lambda s: ImapSource(s, AccessToken("token"), QUICK),
        lambda s: smtp.check(s, AccessToken("token"), QUICK),
    ):
        with pytest.raises(Exception, match="plain_not_allowed"):
            attempt(Server("mail.example", 143, "plain", USER))


def test_what_is_said() -> None:
    said = sasl.bearer({"OAUTHBEARER"}, "a=b,c@x.example", "imap.x.example", 993, "tok")
    assert said.first == (
        b"n,a=a=3Db=2Cc@x.example,\x01host=imap.x.example\x01port=993\x01auth=Bearer tok\x01\x01"
    )
    unlisted = sasl.bearer(set(), "a@x.example", "imap.x.example", 993, "tok")
    assert (unlisted.mechanism, unlisted.first) == (
        "XOAUTH2", b"user=a@x.example\x01auth=Bearer tok\x01\x01",
    )  # fmt: skip
