"""Before anything is kept: the places a provider has are tried, certificates nearby are shown to
the owner, and each fault is one the owner can do something about."""

import dataclasses
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import probe
from solodesk.mail.providers import Elsewhere, Endpoint, Provider
from solodesk.mail.server import Server, Timeouts
from solodesk.services import accounts, certificates, live_test
from solodesk.services.accounts import AccountInput, AccountPlan, Side
from tests.mail.test_pinning import pin_of_file
from tests.support.dovecot import Mailbox
from tests.support.scripted import Wire, scripted
from tests.support.smtp import SmtpSink
from tests.support.waiting import wait_until

QUICK = Timeouts(connect=5, read=5)
Sinks = Callable[..., SmtpSink]


def provider(imap: Endpoint, smtp: Endpoint, **more: object) -> Provider:
    """A provider as the table would have it, on this computer."""
    made = Provider("Shop hosting", imap, smtp, "app_password", True, None)
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def here(box: Mailbox, user: str) -> Endpoint:
    return Endpoint(box.host, box.port, "plain", user)


def out(sink: SmtpSink, user: str) -> Endpoint:
    return Endpoint(sink.host, sink.port, "plain", user)


def test_the_other_sign_in_name_is_tried_and_kept(mailbox: Mailbox, new_smtp_sink: Sinks) -> None:
    sink = new_smtp_sink("plain", login=("me@shop.example", mailbox.password))
    smtp = out(sink, "me@shop.example")
    found = provider(
        here(mailbox, "nobody"),
        smtp,
        also=(Elsewhere(here(mailbox, mailbox.user), smtp, after_refusal=True),),
    )
    plan = accounts.plan(AccountInput("me@shop.example"), found)
    worked = live_test.run(plan, mailbox.password, QUICK)
    assert worked.imap.user == mailbox.user
    assert worked.also == ()
    with pytest.raises(NeedsOwner, match="wrong_password") as told:
        live_test.run(plan, "wrong", QUICK)
    assert told.value.params["user"] == "nobody"


def test_the_next_place_is_tried_when_the_first_is_not_there(
    mailbox: Mailbox, new_smtp_sink: Sinks
) -> None:
    sink = new_smtp_sink("plain", login=(mailbox.user, mailbox.password))
    smtp = out(sink, mailbox.user)
    gone = Endpoint("127.0.0.1", free_port(), "plain", mailbox.user)
    plan = accounts.plan(
        AccountInput("me@shop.example"),
        provider(gone, smtp, also=(Elsewhere(here(mailbox, mailbox.user), smtp),)),
    )
    assert live_test.run(plan, mailbox.password, QUICK).imap.port == mailbox.port


def test_a_refusal_is_no_reason_to_ask_the_same_provider_elsewhere(
    mailbox: Mailbox, new_smtp_sink: Sinks
) -> None:
    """Its other entrance leads to the same account, and each attempt counts (faults.md R7)."""
    sink = new_smtp_sink("plain", login=(mailbox.user, mailbox.password))
    smtp = out(sink, mailbox.user)
    same = here(mailbox, mailbox.user)
    plan = accounts.plan(
        AccountInput("me@shop.example"), provider(same, smtp, also=(Elsewhere(same, smtp),))
    )
    refusals = mailbox.server.log().count("auth failed, 1 attempts")
    with pytest.raises(NeedsOwner, match="wrong_password"):
        live_test.run(plan, "wrong", QUICK)

    def refused() -> int:
        return mailbox.server.log().count("auth failed, 1 attempts") - refusals

    # The server writes its log a moment after it has answered.
    wait_until(refused, what="the refusal is logged")
    with mailbox.imap():
        assert refused() == 1


def test_servers_given_by_hand_are_the_only_ones_tried() -> None:
    side = Side("mail.other.example", 993, "tls")
    plan = accounts.plan(AccountInput("me@zoho.com", imap=side, smtp=side))
    assert plan.also == ()
    named = accounts.plan(AccountInput("me@icloud.com", user="someone"))
    assert named.also == ()
    usual = accounts.plan(AccountInput("me@icloud.com"))
    assert [one.user for one, _two, _refused in usual.also] == ["me@icloud.com"]
    zoho = accounts.plan(AccountInput("me@zoho.com"))
    assert [one.host for one, _two, _refused in zoho.also][:2] == ["imap.zoho.eu", "imap.zoho.in"]


def test_servers_the_table_knows_keep_their_facts_when_found_elsewhere() -> None:
    """An own domain at a known provider: what the search found comes back as plain servers."""
    asked = AccountInput(
        "me@shop.example",
        imap=Side("imappro.zoho.com", 993, "tls"),
        smtp=Side("smtppro.zoho.com", 465, "tls"),
    )
    plan = accounts.plan(asked)
    assert plan.provider is not None
    assert plan.provider.name == "Zoho"
    assert plan.also[0][0].host == "imap.zoho.com"
    local = Side("127.0.0.1", 143, "plain")
    assert accounts.plan(dataclasses.replace(asked, imap=local, smtp=local)).provider is None


def test_the_usual_password_is_named_as_such(mailbox: Mailbox, new_smtp_sink: Sinks) -> None:
    sink = new_smtp_sink("plain")
    found = provider(here(mailbox, mailbox.user), out(sink, mailbox.user), looks="[a-z]{16}")
    plan = accounts.plan(AccountInput("me@shop.example"), found)
    with pytest.raises(NeedsOwner, match="app_password_needed"):
        live_test.run(plan, "Sommer2026!", QUICK)
    with pytest.raises(NeedsOwner, match="wrong_password"):
        live_test.run(plan, "abcdefghijklmnop", QUICK)


def test_a_bridge_that_does_not_run() -> None:
    port = free_port()
    end = Endpoint("127.0.0.1", port, "starttls", "me@proton.me")
    found = provider(end, end, wants="bridge")
    plan = accounts.plan(AccountInput("me@proton.me"), found)
    with pytest.raises(KnownError, match="bridge_not_running") as told:
        live_test.run(plan, "x", QUICK)
    assert told.value.params["port"] == port


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_two_certificates_are_shown_one_after_the_other_and_accepted_together(
    mailbox: Mailbox, new_smtp_sink: Sinks, tls: str
) -> None:
    """As Bridge and home servers have them: nothing is sent before the owner said yes."""
    sink = new_smtp_sink(tls, login=(mailbox.user, mailbox.password))
    plan = plan_for(mailbox, sink, tls, None)
    with pytest.raises(NeedsOwner, match="certificate_unknown") as told:
        live_test.run(plan, mailbox.password, QUICK)
    assert f"sha256:{told.value.params['fingerprint']}" == pin_of_file(
        mailbox.server.certificates.chain
    )
    anchor = certificates.accepting(None, str(told.value.params["fingerprint"]))
    if pin_of_file(sink.certificates.chain) != anchor:
        with pytest.raises(NeedsOwner, match="certificate_unknown") as told:
            live_test.run(plan_for(mailbox, sink, tls, anchor), mailbox.password, QUICK)
        assert sink.logins == []
        anchor = certificates.accepting(anchor, str(told.value.params["fingerprint"]))
    live_test.run(plan_for(mailbox, sink, tls, anchor), mailbox.password, QUICK)
    assert sink.logins == [(mailbox.user, True)]


def plan_for(box: Mailbox, sink: SmtpSink, tls: str, anchor: str | None) -> AccountPlan:
    port = box.tls_port if tls == "tls" else box.port
    return accounts.plan(
        AccountInput(
            "me@shop.example",
            imap=Side(box.host, port, tls),
            smtp=Side(sink.host, sink.port, tls),
            user=box.user,
            ca_file=anchor,
        )
    )


def test_only_starttls_is_said_before_the_fingerprint_is_known(tmp_path: Path) -> None:
    """A server that agrees to nothing gives none, and no password or name goes over the wire."""

    def refuses(wire: Wire) -> None:
        wire.say("220-hello", "220 ready")
        wire.hear()
        wire.say("250-mail.example", "250 STARTTLS")
        wire.hear()
        wire.say("454 4.7.0 TLS not available")

    with scripted(refuses) as (port, heard):
        server = Server("127.0.0.1", port, "starttls", "me")
        assert probe.fingerprint(server, 5) is None
    assert heard == [["EHLO [127.0.0.1]", "STARTTLS"]]


def test_far_servers_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Far(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("93.184.216.34", 993)

    mine, _theirs = socket.socketpair()
    far = Far(fileno=mine.detach())
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_more: far)
    assert probe.fingerprint(Server("mail.example", 993, "tls", "me"), 1) is None
    _theirs.close()


def test_a_fingerprint_is_read_as_people_paste_it() -> None:
    digits = "0123456789abcdef" * 4
    colons = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    assert certificates.accepting(None, f"sha256:{colons}") == f"sha256:{digits}"
    both = certificates.accepting(f"sha256:{digits}", "f" * 64)
    assert both == f"sha256:{digits},sha256:{'f' * 64}"
    with pytest.raises(KnownError, match="bad_fingerprint"):
        certificates.accepting(None, "12")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_550_at_sign_in_is_a_refusal_not_a_riddle() -> None:
    """Microsoft's answer to passwords (providers.md)."""
    from solodesk.mail import smtp

    def talk(wire: Wire) -> None:
        wire.say("220 ready")
        wire.hear()
        wire.say("250-mail.example", "250 AUTH LOGIN PLAIN")
        wire.hear()
        wire.say("550 5.7.30 Basic authentication is not supported for Client Submission.")
        wire.hear()

    with scripted(talk) as (port, _heard), pytest.raises(NeedsOwner, match="password_not_taken"):
        smtp.check(Server("127.0.0.1", port, "plain", "me"), "geheim", QUICK)
