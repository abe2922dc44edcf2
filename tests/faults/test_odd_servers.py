"""Shapes of odd servers' answers, from transcripts users posted (faults.md R3, R5, R6, R9, R24,
X9): whole passes into a real store. Every one ends in a named fault or in everything stored, stops
no other mail, and is repaired by a pass with a server that behaves.
"""

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.mail import smtp
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_connect import MAX_LINE
from solodesk.mail.server import Server, Timeouts
from solodesk.services import accounts, mailbox_sync
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.units import Store
from tests.support import oracle
from tests.support.certificates import Certificates
from tests.support.mails import raw_mail
from tests.support.odd_imap import HangUp, OddImap, Script, fetched, wanted
from tests.support.scripted import Wire, scripted

IMPATIENT = Timeouts(connect=2, read=2)


def letter(number: int) -> bytes:
    raw = raw_mail(f"Question {number}", message_id=f"<n{number}@x.example>")
    return raw.replace(b"\n", b"\r\n")


INBOX = {uid: letter(uid) for uid in (3, 4, 7, 9)}
FOLDERS = {"INBOX": INBOX, "Sent": {}}


@dataclass(frozen=True, slots=True)
class Shop:
    """A store with one account, read from whatever server stands at a port."""

    store: Store
    account: AccountId

    def read(self, server: OddImap) -> KnownError | None:
        """One pass; the fault that ended it."""
        where = Server(server.host, server.port, "plain", "me")
        try:
            with ImapSource(where, "geheim-42", IMPATIENT) as source:
                mailbox_sync.sync_account(self.store, self.account, source)
        except KnownError as error:
            return error
        return None

    def here(self) -> set[int]:
        """UIDs of INBOX that are stored with the right bytes and not gone."""
        sha = {oracle.digest(raw): uid for uid, raw in INBOX.items()}
        found = oracle.rows(
            self.store.path,
            "SELECT p.imap_uid, lower(hex(m.sha256)) FROM place p JOIN folder f"
            " ON f.id = p.folder_id JOIN message m ON m.id = p.message_id"
            " WHERE f.name = 'INBOX' AND p.gone_ms IS NULL",
        )
        assert all(sha.get(digest) == uid for uid, digest in found), found
        return {uid for uid, _digest in found}


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock) -> Iterator[Shop]:
    store = Store.open(data_folder, clock, origin="engine")
    side = Side("127.0.0.1", 9, "plain")
    plan = accounts.plan(AccountInput("me@shop.example", imap=side, smtp=side, history_days=0))
    with store.write(actor=Actor.OWNER) as desk:
        account = accounts.add(desk, plan)
    yield Shop(store, account)
    store.close()


def once(word: str, answer: Callable[[str, str], bytes]) -> Script:
    """Answer the first command that begins with `word` oddly, the rest as usual."""
    waiting = [True]

    def script(_server: OddImap, tag: str, command: str) -> bytes | None:
        if waiting and command.upper().startswith(word):
            waiting.clear()
            return answer(tag, command)
        return None

    return script


def bodies(answer: Callable[[str, str], bytes]) -> Script:
    """Answer every FETCH of bodies oddly."""

    def script(_server: OddImap, tag: str, command: str) -> bytes | None:
        return answer(tag, command) if "BODY.PEEK[]" in command else None

    return script


def says(text: str) -> Callable[[str, str], bytes]:
    """A fixed answer; TAG in it is the command's."""
    return lambda tag, _command: text.replace("TAG", tag).encode()


def hangs_up(last: str) -> Callable[[str, str], bytes]:
    """Some last words, and the end of the connection."""

    def answer(_tag: str, _command: str) -> bytes:
        raise HangUp(last.encode())

    return answer


def instead(old: bytes, new: bytes) -> Callable[[str, str], bytes]:
    """The usual answer with some bytes (a pattern) replaced in the first message."""

    def answer(tag: str, command: str) -> bytes:
        lines = fetched(INBOX, command)
        if 3 in wanted(INBOX, command):
            lines[0] = re.sub(old, new, lines[0], count=1)
        return b"".join(lines) + f"{tag} OK done\r\n".encode()

    return answer


THROTTLED = "Request is throttled. Suggested Backoff Time: 299961 milliseconds"
OVER = "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"
APART = "User is authenticated but not connected."
LATER = "[LIMIT] Rate limit hit. Try again later"
BUSY: dict[str, Script] = {
    "exchange-fetch": bodies(says(f"TAG NO {THROTTLED}\r\n")),
    "exchange-bad": once("UID SEARCH", says(f"TAG BAD {THROTTLED}\r\n")),
    "exchange-not-connected": once("EXAMINE", says(f"TAG BAD {APART}\r\n")),
    "exchange-not-connected-fetch": bodies(says(f"TAG BAD {APART}\r\n")),
    "gmail-overquota": bodies(says(f"TAG NO {OVER}\r\n")),
    "gmail-overquota-bye": bodies(hangs_up(f"* BYE {OVER}\r\n")),
    "gmail-too-many": once("LOGIN", says("TAG NO [ALERT] Too many simultaneous connections.\r\n")),
    "yahoo-limit-bye": once("LIST", hangs_up(f"* BYE {LATER}\r\n")),
    "icloud-unavailable": once("LOGIN", says("TAG NO [UNAVAILABLE] Not now\r\n")),
    "serverbug-at-login": once("LOGIN", says("TAG NO [SERVERBUG] Internal error\r\n")),
}
LOST: dict[str, Script] = {
    "bye-after-login": once("LIST", hangs_up("* BYE Server shutting down\r\n")),
    "bye-in-fetch": bodies(hangs_up("* BYE autologout\r\n")),
    "bye-before-login-answer": once("LOGIN", hangs_up("* BYE too slow\r\n")),
    "huge-literal": bodies(says("* 1 FETCH (UID 3 BODY[] {99999999999}\r\nx")),
    "huger-than-int": bodies(says("* 1 FETCH (UID 3 BODY[] {" + "9" * 40 + "}\r\nx")),
    "literal-cut": bodies(hangs_up("* 1 FETCH (UID 3 BODY[] {500}\r\nFrom: x")),
    "endless-line": once("LIST", says("* LIST " + "x" * (MAX_LINE + 9) + "\r\nTAG OK\r\n")),
    "garbage-line": once("UID SEARCH", says("\x00\x01 garbage\r\nTAG OK done\r\n")),
}
SAID: dict[str, Script] = {
    "list-nonsense": once("LIST", says('* LIST (\\Noselect "/" "INBOX\r\nTAG OK done\r\n')),
    "examine-refused": once("EXAMINE", says("TAG NO Mailbox is corrupt\r\n")),
}
ENDS = [
    (code, name, script)
    for code, scripts in (("server_busy", BUSY), ("connection_lost", LOST), ("server_said", SAID))
    for name, script in scripts.items()
]


@pytest.mark.parametrize(("code", "name", "script"), ENDS)
def test_a_named_fault_and_nothing_lost(shop: Shop, code: str, name: str, script: Script) -> None:
    with OddImap(FOLDERS, script) as server:
        error = shop.read(server)
    assert error is not None
    assert error.code == code
    assert error.params.get("wait_s") == (300 if THROTTLED in str(error.params) else None)
    assert shop.here() <= set(INBOX)
    with OddImap(FOLDERS) as server:
        assert shop.read(server) is None
    assert shop.here() == set(INBOX)
    assert shop.store.check() == ()


PASSES: dict[str, tuple[Script, set[int]]] = {
    "nil-body": (bodies(instead(rb"(?s)BODY\[\] .*$", b"BODY[] NIL)\r\n")), {4, 7, 9}),
    "empty-string-body": (bodies(instead(rb"(?s)BODY\[\] .*$", b'BODY[] "")\r\n')), {4, 7, 9}),
    "no-uid": (bodies(instead(rb"UID 3 ", b"")), {4, 7, 9}),
    "another-uid": (bodies(instead(rb"UID 3 ", b"UID 8 ")), {4, 7, 9}),
    "uid-of-33-bits": (bodies(instead(rb"UID 3 ", b"UID 4294967299 ")), {4, 7, 9}),
    "negative-literal": (bodies(instead(rb"(?s)BODY\[\] .*$", b"BODY[] {-5})\r\n")), {4, 7, 9}),
    "one-refused": (
        bodies(
            lambda tag, command: (
                f"{tag} NO [SERVERBUG] internal error\r\n".encode()
                if 3 in wanted(INBOX, command)
                else b"".join(fetched(INBOX, command)) + f"{tag} OK done\r\n".encode()
            )
        ),
        {4, 7, 9},
    ),
    "expunged-in-between": (
        bodies(lambda tag, command: b"* 1 EXPUNGE\r\n" + instead(rb"(?s)^.*$", b"")(tag, command)),
        {4, 7, 9},
    ),
    "news-in-between": (
        bodies(
            lambda tag, command: (
                b"* 5 EXISTS\r\n* 1 RECENT\r\n* OK Still here\r\n* 2 FETCH (FLAGS (\\Seen))\r\n"
                + instead(b"xyz", b"")(tag, command)
            )
        ),
        set(INBOX),
    ),
    "flags-only-twice": (
        bodies(
            lambda tag, command: (
                b"* 1 FETCH (UID 3 FLAGS (\\Seen))\r\n" + instead(b"xyz", b"")(tag, command)
            )
        ),
        set(INBOX),
    ),
    "date-nonsense": (bodies(instead(rb"01-Sep-2026", b"31-Foo-0000")), set(INBOX)),
    "other-order": (
        bodies(instead(rb"(?s)UID 3 (FLAGS.*)\)\r\n$", rb"\1 UID 3)\r\n")),
        set(INBOX),
    ),
}


@pytest.mark.parametrize("name", PASSES)
def test_one_odd_answer_stops_no_other_mail(shop: Shop, name: str) -> None:
    script, stored = PASSES[name]
    with OddImap(FOLDERS, script) as server:
        assert shop.read(server) is None
    assert shop.here() == stored
    with OddImap(FOLDERS) as server:
        assert shop.read(server) is None
    assert shop.here() == set(INBOX)
    assert shop.store.check() == ()


def test_one_empty_listing_makes_nothing_gone(shop: Shop) -> None:
    with OddImap(FOLDERS) as server:
        shop.read(server)
    empty = once("UID SEARCH", says("* SEARCH\r\nTAG OK done\r\n"))
    with OddImap(FOLDERS, empty) as server:
        assert shop.read(server) is None
        assert shop.here() == set(INBOX)
        assert shop.read(server) is None
    assert shop.here() == set(INBOX)


@pytest.mark.parametrize("capability", ["IMAP4rev1", "IMAP4rev1 CONDSTORE QRESYNC ENABLE"])
@pytest.mark.parametrize("listing", ["* SEARCH\r\n", "* SEARCH 9\r\n", ""])
def test_a_short_listing_in_the_first_pass_hides_nothing_for_long(
    shop: Shop, capability: str, listing: str
) -> None:
    short = once("UID SEARCH", says(f"{listing}TAG OK done\r\n"))
    with OddImap(FOLDERS, short, capability=capability) as server:
        shop.read(server)
        assert shop.read(server) is None
    assert shop.here() == set(INBOX)


@pytest.mark.parametrize(
    "last", ["", "* BYE Internal error\r\n", "* 1 FETCH (UID 4 BODY[] {900}\r\nx"]
)
def test_a_message_the_server_falls_over_stops_no_other(shop: Shop, last: str) -> None:
    def script(_server: OddImap, _tag: str, command: str) -> bytes | None:
        if "BODY.PEEK[]" in command and 4 in wanted(INBOX, command):
            raise HangUp(last.encode())
        return None

    with OddImap(FOLDERS, script) as server:
        for _ in range(6):
            shop.read(server)
        assert shop.here() == {3, 7, 9}
        assert shop.read(server) is None  # it is left alone, and shows as missing
    with OddImap(FOLDERS) as server:
        shop.store.clock.advance(days=2)  # type: ignore[attr-defined]  # the fixture's clock
        assert shop.read(server) is None
    assert shop.here() == set(INBOX)


def test_163_lets_in_only_those_who_say_who_they_are(shop: Shop) -> None:
    def script(server: OddImap, tag: str, command: str) -> bytes | None:
        named = [each for each in server.heard if each.startswith("ID (")]
        if command.startswith("EXAMINE") and not named:
            return f"{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com\r\n".encode()
        return None

    with OddImap(FOLDERS, script, capability="IMAP4rev1 ID") as server:
        assert shop.read(server) is None
        order = [each.split(" ")[0] for each in server.heard]
    assert shop.here() == set(INBOX)
    assert order.index("LOGIN") < order.index("ID") < order.index("EXAMINE")


def test_bye_in_idle_is_a_lost_connection() -> None:
    def script(_server: OddImap, tag: str, command: str) -> bytes | None:
        if command == "IDLE":
            raise HangUp(b"+ idling\r\n* BYE Idle for too long\r\n")
        return None

    with OddImap(FOLDERS, script, capability="IMAP4rev1 IDLE") as server:
        where = Server(server.host, server.port, "plain", "me")
        with ImapSource(where, "pw", IMPATIENT) as source:
            source.examine("INBOX")
            with pytest.raises(KnownError) as told:
                _idle_often(source)
    assert told.value.code == "connection_lost"


def _idle_often(source: ImapSource) -> None:
    for _ in range(3):
        source.idle(5)


INJECTED = (
    b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n",
    b"* PREAUTH you are in\r\n",
    b'* LIST () "/" "Injected"\r\n',
    b"* BYE go away\r\n",
    b"".join(b"%s%d OK LOGIN done\r\n" % (p, n) for p in (b"A", b"AAAA") for n in range(9)),
)


@pytest.mark.parametrize("injected", INJECTED)
def test_nothing_said_before_encryption_counts(certificates: Certificates, injected: bytes) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    with OddImap(
        FOLDERS, capability="IMAP4rev1 STARTTLS", tls=context, injected=injected
    ) as server:
        where = Server(server.host, server.port, "starttls", "me", str(certificates.ca))
        with ImapSource(where, "geheim-42", IMPATIENT) as source:
            assert {each.name for each in source.folders()} == {"INBOX", "Sent"}
        before = server.heard.index("STARTTLS")
        assert "geheim-42" not in str(server.heard[:before])


def test_nothing_said_before_encryption_counts_in_sending(certificates: Certificates) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    heard: list[bytes] = []

    def talk(wire: Wire) -> None:
        wire.say("220 ready")
        wire.hear()
        wire.say("250-here", "250 STARTTLS")
        wire.hear()
        wire.say("220 go on", "250-injected", "250 AUTH PLAIN LOGIN")
        with context.wrap_socket(wire.sock, server_side=True) as sock, sock.makefile("rb") as file:
            for line in file:
                heard.append(line)
                word = line[:4].upper()
                sock.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 here\r\n")
                if word == b"QUIT":
                    return

    with scripted(talk) as (port, _said):
        where = Server("127.0.0.1", port, "starttls", "me", str(certificates.ca))
        smtp.check(where, "geheim-42", IMPATIENT)
    assert heard[0].startswith(b"ehlo")
    assert not any(line.upper().startswith(b"AUTH") for line in heard)  # not offered within TLS
