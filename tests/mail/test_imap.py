"""Reading from a real Dovecot: nothing is touched, every refusal has a name."""

import base64
import itertools
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import utc
from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail.imap import ImapSource, uid_windows
from solodesk.mail.imap_fetch import imap_day, internal_date, uid_sets
from solodesk.mail.imap_folders import FolderName, choose_folders
from solodesk.mail.imap_select import FolderState
from solodesk.mail.server import Server, Timeouts
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.scripted import Wire, scripted
from tests.support.waiting import free_port, wait_until

QUICK = Timeouts(connect=3, read=5)


def server(box: Mailbox, tls: str = "plain", host: str | None = None, ca: bool = True) -> Server:
    port = box.tls_port if tls == "tls" else box.port
    ca_file = str(box.ca_file) if ca and tls != "plain" else None
    return Server(host or box.host, port, tls, box.user, ca_file)


def refused(target: Server, secret: str) -> KnownError:
    with pytest.raises(KnownError) as told:
        ImapSource(target, secret, QUICK)
    return told.value


@pytest.mark.parametrize("tls", ["plain", "starttls", "tls"])
def test_reads_without_a_trace(mailbox: Mailbox, tls: str) -> None:
    first = mailbox.append("INBOX", raw_mail("one"), internaldate=utc(1_788_771_600_000))
    second = mailbox.append("INBOX", raw_mail("two"), flags=["\\Seen", "\\Answered"])
    before = [mailbox.flags(uid) for uid in (first, second)]
    with ImapSource(server(mailbox, tls), mailbox.password, QUICK) as source:
        assert [each.role for each in source.folders()] == ["inbox", "sent"]
        state = source.examine("INBOX")
        assert (state.exists, state.uidnext) == (2, second + 1)
        assert source.uids(state) == [first, second]
        got = {each.uid: each for each in source.fetch([first, second])}
        assert source.flags([first, second]) == {first: (False, False), second: (True, True)}
        sizes = {uid: each.size for uid, each in source.summaries([first, second]).items()}
    assert got[first].raw == mailbox.raw(first)
    assert got[first].internal_ms == 1_788_771_600_000
    assert (got[second].seen, got[second].answered) == (True, True)
    assert sizes == {uid: len(got[uid].raw) for uid in got}
    # \Recent belongs to the first session that looks, and is no mark on the mail.
    assert [mailbox.flags(uid) - {"\\Recent"} for uid in (first, second)] == [
        flags - {"\\Recent"} for flags in before
    ]


def test_since_and_first_bytes(mailbox: Mailbox) -> None:
    day = 86_400_000
    old = mailbox.append("INBOX", raw_mail("old"), internaldate=utc(1_788_771_600_000 - 40 * day))
    new = mailbox.append("INBOX", raw_mail("new" * 500), internaldate=utc(1_788_771_600_000))
    with ImapSource(server(mailbox), mailbox.password, QUICK) as source:
        state = source.examine("INBOX")
        assert source.uids(state, 1_788_771_600_000 - 30 * day) == [new]
        (part,) = source.fetch([new], first_bytes=100)
        (whole,) = source.fetch([old], first_bytes=100_000)
    assert part.raw == mailbox.raw(new)[:100]
    assert (part.whole, whole.whole) == (False, True)


def test_expunged_meanwhile_is_skipped(mailbox: Mailbox) -> None:
    uids = [mailbox.append("INBOX", raw_mail(f"n{n}")) for n in range(4)]
    with ImapSource(server(mailbox), mailbox.password, QUICK) as source:
        state = source.examine("INBOX")
        listed = source.uids(state)
        mailbox.delete(uids[1])
        assert [each.uid for each in source.fetch(listed)] == [uids[0], uids[2], uids[3]]
        assert source.fetch([uids[1], 9999]) == []


@pytest.mark.parametrize("tls", ["plain", "tls"])
def test_idle_hears_new_mail(mailbox: Mailbox, tls: str) -> None:
    mailbox.append("INBOX", raw_mail("first"))
    with ImapSource(server(mailbox, tls), mailbox.password, QUICK) as source:
        source.examine("INBOX")
        for n in range(3):  # also events that come with the continuation
            delivery = threading.Thread(target=mailbox.deliver, args=(raw_mail(f"d{n}"),))
            delivery.start()
            assert source.idle(20)
            delivery.join()
            wait_until(lambda: len(source.uids(source.examine("INBOX"))) == len(mailbox.uids()))


@pytest.mark.parametrize("tls", ["plain", "tls"])
def test_idle_wakes_and_ends(mailbox: Mailbox, tls: str) -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs, ImapSource(server(mailbox, tls), mailbox.password, QUICK) as source:
        source.examine("INBOX")
        assert not source.idle(0.01)
        theirs.send(b"x")
        assert not source.idle(20, mine)
        process = re.findall(rf"user=<{mailbox.user}>.*mpid=(\d+)", mailbox.server.log())[-1]
        os.kill(int(process), signal.SIGKILL)
        started = time.process_time()
        with pytest.raises(KnownError) as told:
            _idle_often(source)
        assert told.value.code == "connection_lost"
        assert time.process_time() - started < 1  # no spinning on a closed connection


def _idle_often(source: ImapSource) -> None:
    for _ in range(3):
        source.idle(20)


def test_idle_split_line_and_event_with_the_continuation() -> None:
    def talk(wire: Wire) -> None:
        _greet(wire, "IMAP4rev1 IDLE")
        _idle(wire, "+ idling\r\n* 3 EXISTS\r\n")
        tag = wire.hear().split()[0]
        wire.sock.sendall(b"+ idling\r\n")
        wire.sock.sendall(b"* 4 EXI")
        wire.hear()
        wire.say("STS", f"{tag} OK done")

    def _idle(wire: Wire, answer: str) -> None:
        tag = wire.hear().split()[0]
        wire.sock.sendall(answer.encode())
        assert wire.hear() == "DONE"
        wire.say(f"{tag} OK done")

    with scripted(talk) as (port, _said):
        source = ImapSource(Server("127.0.0.1", port, "plain", "me"), "pw", QUICK)
        assert source.idle(20)
        assert source.idle(20)
        source.close()


def _greet(wire: Wire, capability: str, extra: Callable[[str, str], bool] | None = None) -> None:
    """Greeting, CAPABILITY, LOGIN, ID, until the next command would be another one."""
    wire.say("* OK hello")
    while True:
        tag, _, rest = wire.hear().partition(" ")
        word = rest.split(" ")[0].upper()
        if extra is not None and extra(tag, rest):
            return
        if word == "CAPABILITY":
            wire.say(f"* CAPABILITY {capability}")
        wire.say(f"{tag} OK done")
        if word == ("ID" if "ID" in capability.split() else "CAPABILITY") and len(wire.heard) > 2:
            return


def test_preauth_is_refused() -> None:
    def talk(wire: Wire) -> None:
        wire.say("* PREAUTH welcome back")
        while line := wire.hear():
            tag = line.split()[0]
            wire.say("* CAPABILITY IMAP4rev1 STARTTLS", f"{tag} OK done")

    with scripted(talk) as (port, said):
        for tls in ("plain", "starttls"):
            target = Server("127.0.0.1", port, tls, "me")
            assert refused(target, "geheim-42").code == "preauth_refused"
    assert "geheim-42" not in str(said)


def test_missing_starttls_fails_closed() -> None:
    def talk(wire: Wire) -> None:
        wire.say("* OK hello")
        while line := wire.hear():
            wire.say("* CAPABILITY IMAP4rev1", f"{line.split()[0]} OK done")

    with scripted(talk) as (port, said):
        told = refused(Server("127.0.0.1", port, "starttls", "me"), "geheim-42")
    assert told.code == "tls_required_missing"
    assert "geheim-42" not in str(said)


def test_unsafe_login_of_163_has_a_name() -> None:
    def talk(wire: Wire) -> None:
        _greet(wire, "IMAP4rev1 ID")
        tag = wire.hear().split()[0]
        wire.say(f"{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help")
        wire.hear()

    with scripted(talk) as (port, said):
        source = ImapSource(Server("127.0.0.1", port, "plain", "me"), "pw", QUICK)
        with pytest.raises(NeedsOwner) as told:
            source.examine("INBOX")
        source.close()
    assert told.value.code == "unsafe_login"
    (identity,) = [line for line in said[0] if " ID (" in line]
    assert '"name" "SoloDesk" "version" "' in identity


def test_a_cut_in_a_literal_and_a_monstrous_one_are_lost_connections() -> None:
    sizes = iter(["100", "99999999999"])

    def talk(wire: Wire) -> None:
        _greet(wire, "IMAP4rev1")
        wire.hear()
        wire.say(f"* 1 FETCH (UID 1 BODY[] {{{next(sizes)}}}", "Subject: x")

    with scripted(talk) as (port, _said):
        for _ in range(2):
            source = ImapSource(Server("127.0.0.1", port, "plain", "me"), "pw", QUICK)
            source._client._imap.state = "SELECTED"
            with pytest.raises(KnownError) as told:
                source.fetch([1])
            source.close()
            assert told.value.code == "connection_lost"


def test_a_silent_server_is_a_timeout() -> None:
    done = threading.Event()

    def talk(wire: Wire) -> None:
        done.wait(10)

    with scripted(talk) as (port, _said):
        target = Server("127.0.0.1", port, "plain", "me")
        with pytest.raises(KnownError) as told:
            ImapSource(target, "pw", Timeouts(connect=0.2, read=0.2))
        done.set()
    assert told.value.code == "timeout"


def test_wrong_password(mailbox: Mailbox) -> None:
    told = refused(server(mailbox, "tls"), "wrong")
    assert (told.code, told.exit_code) == ("wrong_password", 3)
    assert told.params["user"] == mailbox.user
    assert "wrong" not in str(dict(told.params)).replace("wrong_", "")


def test_passwords_of_any_characters(mailbox: Mailbox) -> None:
    mailbox.set_password('quo"te \\ back')
    with ImapSource(server(mailbox), mailbox.password, QUICK) as source:
        assert source.folders()


def test_passwords_beyond_ascii_go_by_authenticate_plain() -> None:
    def talk(wire: Wire) -> None:
        wire.say("* OK hello")
        tag = wire.hear().split()[0]
        wire.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN", f"{tag} OK done")
        tag = wire.hear().split()[0]
        wire.say("+ ")
        wire.hear()
        wire.say(f"{tag} NO [AUTHENTICATIONFAILED] no")
        wire.hear()

    with scripted(talk) as (port, said):
        told = refused(Server("127.0.0.1", port, "plain", "me"), "密码")
    assert told.code == "wrong_password"
    assert base64.b64decode(said[0][2]).decode() == "\0me\0密码"


def test_certificates_are_verified(mailbox: Mailbox) -> None:
    for tls in ("tls", "starttls"):
        unknown = refused(server(mailbox, tls, ca=False), mailbox.password)
        assert (unknown.code, unknown.params["reason"]) == ("certificate_invalid", "unknown_issuer")
        wrong = refused(server(mailbox, tls, host=mailbox.wrong_host), mailbox.password)
        assert (wrong.code, wrong.params["reason"]) == ("certificate_invalid", "wrong_host")


def test_nobody_there() -> None:
    assert refused(Server("127.0.0.1", free_port(), "plain", "me"), "x").code == "unreachable"
    assert refused(Server("mail.shop.example", 993, "tls", "me"), "x").code == "host_not_found"
    assert refused(Server("mail.shop.example", 143, "plain", "me"), "x").code == "plain_not_allowed"


def test_sent_copy_is_found_by_its_id(mailbox: Mailbox) -> None:
    with ImapSource(server(mailbox), mailbox.password, QUICK) as source:
        assert not source.find_message_id("Sent", "<abc@shop.example>")
        source.append_sent("Sent", raw_mail("x", message_id="<abc@shop.example>"))
        assert source.find_message_id("Sent", "<abc@shop.example>")
        assert not source.find_message_id("Sent", 'x" OR ALL "')
    assert mailbox.flags(1, "Sent") >= {"\\Seen"}


@pytest.mark.parametrize(
    ("names", "sent"),
    [
        (["INBOX", "已发送", "草稿箱"], "已发送"),
        (["INBOX", "Entwürfe", "Gesendet"], "Gesendet"),
        (["inbox", "Sent Items", "Archive/Sent"], "Sent Items"),
        (["INBOX", "[Gmail]/Sent Mail", "[Gmail]/All Mail"], "[Gmail]/Sent Mail"),
        (["INBOX", "INBOX/Sent"], "INBOX/Sent"),
        (["INBOX", "Presented", "Consent"], None),
    ],
)
def test_sent_folder_by_name(names: list[str], sent: str | None) -> None:
    listed = [FolderName(name, frozenset(), "/") for name in names]
    chosen = {each.role: each.name for each in choose_folders(listed)}
    assert chosen.get("sent") == sent
    assert chosen["inbox"] == names[0]
    flagged = [*listed, FolderName("Verschickt", frozenset({"\\sent"}), "/")]
    assert choose_folders(flagged)[-1].name == "Verschickt"


def test_folder_names_in_every_script(mailbox: Mailbox) -> None:
    with ImapSource(server(mailbox), mailbox.password, QUICK) as source:
        for name in ("Отправленные & co", "已发送+", "Entwürfe"):
            source._client.create_folder(name)
            assert source.examine(name).name == name


@given(st.sets(st.integers(1, 3000) | st.integers(1, 2**32 - 1), max_size=300), st.integers(25, 90))
def test_uid_sets_hold_exactly_the_uids(uids: set[int], limit: int) -> None:
    sets = list(uid_sets(uids, limit))
    found: list[int] = []
    for chosen in sets:
        assert len(chosen) <= limit
        for piece in chosen.split(","):
            low, _, high = piece.partition(":")
            found.extend(range(int(low), int(high or low) + 1))
    assert found == sorted(uids)


def test_internal_dates() -> None:
    assert internal_date(" 7-Sep-2026 17:00:00 +0800") == 1_788_771_600_000
    assert internal_date("07-Sep-2026 04:30:00 -0430") == 1_788_771_600_000
    for odd in ("31-Feb-2026 00:00:00 +0000", "1-Foo-2026 00:00:00 +0000", "", "x" * 40):
        assert internal_date(odd) is None
    assert internal_date("07-Sep-2026 04:30:00 +9999") is None
    assert imap_day(1_788_771_600_000) == "7-Sep-2026"


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        ("NO Request is throttled. Suggested Backoff Time: 92415 milliseconds", 93),
        ("NO [OVERQUOTA] Account exceeded command or bandwidth limits.", None),
        ("BAD Too many simultaneous connections.", None),
    ],
)
def test_throttling_is_no_wrong_password(answer: str, wait_s: int | None) -> None:
    def talk(wire: Wire) -> None:
        def refuse(tag: str, rest: str) -> bool:
            if rest.startswith("LOGIN"):
                wire.say(f"{tag} {answer}")
                return True
            return False

        _greet(wire, "IMAP4rev1", refuse)
        wire.hear()

    with scripted(talk) as (port, _said):
        told = refused(Server("127.0.0.1", port, "plain", "me"), "pw")
    assert (told.code, told.exit_code) == ("server_busy", 1)
    assert told.params["wait_s"] == wait_s


def test_a_farewell_as_greeting_is_busy_and_a_stranger_is_no_mail_server() -> None:
    for greeting, code in (
        ("* BYE Too many connections from your address", "server_busy"),
        ("SSH-2.0-OpenSSH_9.2", "not_a_mail_server"),
    ):
        with scripted(lambda wire, said=greeting: wire.say(said)) as (port, _said):  # type: ignore[misc]
            told = refused(Server("127.0.0.1", port, "plain", "me"), "pw")
        assert told.code == code


@given(st.integers(0, 2_000_000), st.integers(0, 2**32 - 1))
def test_windows_cover_every_uid_once_and_are_few(exists: int, spare: int) -> None:
    uidnext = min(exists + 1 + spare, 2**32)
    windows = uid_windows(FolderState("INBOX", 1, uidnext, exists, None))
    assert len(windows) <= exists // 25_000 + 2
    if windows != ["1:*"]:
        edges = [tuple(map(int, window.split(":"))) for window in windows]
        assert edges[0][0] == 1
        assert edges[-1][1] == uidnext - 1
        assert all(b[0] == a[1] + 1 for a, b in itertools.pairwise(edges))


def test_the_folder_of_all_mail_by_its_flag() -> None:
    from solodesk.mail.imap_folders import FolderName, folder_of_all

    mail = FolderName("[Gmail]/Alle Nachrichten", frozenset({"\\all", "\\hasnochildren"}), "/")
    root = FolderName("[Gmail]", frozenset({"\\noselect"}), "/")
    assert folder_of_all([root, mail]) == mail.name
    assert folder_of_all([root, FolderName("All Mail", frozenset(), "/")]) is None
