"""Gmail's labels: one message, several places, fetched once; All Mail is left alone by default."""

from collections.abc import Iterator, Mapping

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Timeouts
from solodesk.services import accounts, mailbox_sync, settings
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.mailbox_sync import FolderResult
from solodesk.services.units import Store
from tests.support.mails import raw_mail
from tests.support.odd_imap import HangUp, OddImap, fetched, wanted

ALL, SENT = "[Gmail]/All Mail", "[Gmail]/Sent Mail"
FLAGS = {ALL: "\\All", SENT: "\\Sent"}
ME = "ling@gmail.com"


def mail(number: int, **more: str) -> bytes:
    raw = raw_mail(f"Number {number}", message_id=f"<n{number}@x.example>", **more)  # type: ignore[arg-type]
    return raw.replace(b"\n", b"\r\n")


QUESTIONS = {number: mail(number) for number in range(1, 31)}
OWN = mail(40, sender=f"Ling <{ME}>", to="mei@customer.example")
FOLDERS: Mapping[str, Mapping[int, bytes]] = {
    "INBOX": {100 + number: raw for number, raw in QUESTIONS.items()},
    SENT: {7: OWN},
    ALL: {**{500 + number: raw for number, raw in QUESTIONS.items()}, 600: OWN, 601: mail(50)},
}
BYTES = {raw for folder in FOLDERS.values() for raw in folder.values()}
NAMES = {raw: 2**64 - 1 - at for at, raw in enumerate(sorted(BYTES))}


class Gmail(OddImap):
    """As Gmail answers: special-use flags, and its names when they are asked for."""

    def usual(self, tag: str, command: str, folder: Mapping[int, bytes]) -> bytes:
        """What Gmail says."""
        if command.startswith("LIST"):
            lines = [f'* LIST ({FLAGS.get(n, "")}) "/" "{n}"\r\n' for n in self.folders]
            return "".join(lines).encode() + f"{tag} OK done\r\n".encode()
        if "X-GM-MSGID" in command:
            uids, told = wanted(folder, command), fetched(folder, command)
            answers = [
                line.replace(b"UID", b"X-GM-THRID 17 X-GM-MSGID %d UID" % NAMES[folder[uid]], 1)
                for uid, line in zip(uids, told, strict=True)
            ]
            return b"".join(answers) + f"{tag} OK done\r\n".encode()
        return OddImap.usual(self, tag, command, folder)

    def bodies(self) -> list[int]:
        """UIDs of the messages whose bytes were asked for, in the order asked."""
        return [
            uid
            for command in self.heard
            if "BODY.PEEK" in command
            for folder in self.folders.values()
            for uid in wanted(folder, command)
        ]


@pytest.fixture
def store(data_folder: DataFolder, clock: FixedClock) -> Iterator[Store]:
    store = Store.open(data_folder, clock, origin="engine")
    side = Side("127.0.0.1", 9, "plain")
    plan = accounts.plan(AccountInput(address=ME, imap=side, smtp=side, history_days=0))
    with store.write() as desk:
        accounts.add(desk, plan)
    yield store
    store.close()


CAPABILITY = "IMAP4rev1 X-GM-EXT-1"


def read(store: Store, server: OddImap) -> list[FolderResult]:
    with store.write() as desk:
        desk.accounts.update(AccountId(1), imap_port=server.port)
    with store.read() as reader:
        where = accounts.receiving(accounts.get(reader, AccountId(1)))
    with ImapSource(where, "pw", Timeouts(3, 3)) as source:
        return mailbox_sync.sync_account(store, AccountId(1), source)


def places(store: Store) -> list[int]:
    """How many places each message has."""
    with store.read() as reader:
        messages = reader.messages.select("ORDER BY id")
        return sorted(len(reader.places.of_message(message.id)) for message in messages)


def with_all_mail(store: Store) -> None:
    with store.write() as desk:
        settings.put(desk, "more_folders", ALL)


def test_all_mail_is_not_read_by_default(store: Store) -> None:
    with Gmail(FOLDERS, capability=CAPABILITY) as server:
        results = read(store, server)
        assert not [each for each in server.heard if ALL in each]
    assert [(each.folder, each.here, each.missing) for each in results] == [
        ("INBOX", 30, 0), (SENT, 1, 0),
    ]  # fmt: skip
    assert places(store) == [1] * 31


def test_what_lies_under_two_labels_is_fetched_once(store: Store) -> None:
    with_all_mail(store)
    with Gmail(FOLDERS, capability=CAPABILITY) as server:
        results = read(store, server)
        assert sorted(server.bodies()) == [7, *range(101, 131), 601]
        assert read(store, server)[2].new == 0
    assert [(each.here, each.missing) for each in results] == [(30, 0), (1, 0), (32, 0)]
    assert places(store) == [1] + [2] * 31
    with store.read() as reader:
        sent = [each for each in reader.messages.select("ORDER BY id") if each.direction == "out"]
    assert [each.subject for each in sent] == ["My order"]


def test_without_gmails_names_the_bytes_tell(store: Store) -> None:
    with_all_mail(store)
    with Gmail(FOLDERS, capability="IMAP4rev1") as server:
        read(store, server)
        assert not [each for each in server.heard if "X-GM" in each]
    assert places(store) == [1] + [2] * 31


def test_cut_short_it_goes_on(store: Store) -> None:
    with_all_mail(store)
    limit = spoken = 0

    def tired(_server: OddImap, _tag: str, command: str) -> bytes | None:
        nonlocal spoken
        spoken += command.startswith("UID FETCH")
        if spoken == limit:
            raise HangUp
        return None

    for number in range(1, 9):
        limit, spoken = number, 0
        with Gmail(FOLDERS, tired, capability=CAPABILITY) as server:
            try:
                read(store, server)
            except KnownError as error:
                assert error.code == "connection_lost"  # noqa: PT017 - the last time it ends well
    with Gmail(FOLDERS, capability=CAPABILITY) as server:
        assert [each.missing for each in read(store, server)] == [0, 0, 0]
    assert places(store) == [1] + [2] * 31
    assert store.check() == ()
