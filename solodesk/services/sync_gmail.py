"""Gmail: one message under several labels is one message with several places, fetched once.

The same X-GM-MSGID in another folder means the same bytes, which are here already; they take the
usual way into the store (services/sync_batch.py) without travelling again. Gmail's conversations
(X-GM-THRID) are noted and decide nothing: two customers who answer one newsletter would share a
ticket. Must not talk to a server.
"""

from collections.abc import Collection, Iterator, Mapping

from solodesk.domain.events import Actor
from solodesk.mail import imap_gmail
from solodesk.mail.imap_fetch import Fetched
from solodesk.mail.imap_gmail import GmailName
from solodesk.services.prepared import Prepared
from solodesk.services.sync_batch import Intake, Took, take_in
from solodesk.store import rows

CAPABILITY = imap_gmail.CAPABILITY
_AT_ONCE = 20
_NOTED = 200


def known_elsewhere(intake: Intake, names: Mapping[int, GmailName]) -> Iterator[Took]:
    """Place those of a folder's messages whose bytes came by another folder."""
    wanted = sorted(names)
    for start in range(0, len(wanted), _AT_ONCE):
        some = [names[uid] for uid in wanted[start : start + _AT_ONCE]]
        fetched = _stored(intake, some)
        if fetched:
            yield take_in(intake, fetched, _read(intake, fetched), cursor=None)


def here(intake: Intake, uids: Collection[int]) -> frozenset[int]:
    """Those of `uids` that have a place by now."""
    folder = _opened(intake.folder)
    with intake.store.read() as reader:
        return frozenset(reader.places.flags(intake.folder.id, folder, uids))


def note(intake: Intake, names: Mapping[int, GmailName]) -> None:
    """Keep the names of messages that have a place."""
    folder = _opened(intake.folder)
    wanted = sorted(names)
    for start in range(0, len(wanted), _NOTED):
        with intake.store.write(actor=Actor.ENGINE) as desk:
            for uid in wanted[start : start + _NOTED]:
                place = desk.places.at(intake.folder.id, folder, uid)
                if place is not None:
                    desk.gmail.put(place.id, names[uid].msgid, names[uid].thrid)


def _stored(intake: Intake, names: Collection[GmailName]) -> list[Fetched]:
    """The bytes of those that are known under this name in this mailbox."""
    found = []
    with intake.store.read() as reader:
        known = reader.gmail.messages(intake.account, [each.msgid for each in names])
        for each in names:
            message = known.get(each.msgid)
            raw = None if message is None else reader.raw.get(message)
            row = None if message is None or raw is None else reader.messages.get(message)
            if raw is not None and row is not None:
                whole = row.raw_state != "partial"
                found.append(
                    Fetched(each.uid, raw, each.internal_ms, each.seen, each.answered, whole)
                )
    return found


def _read(intake: Intake, fetched: Collection[Fetched]) -> list[Prepared]:
    from solodesk.mail.parse import parse_message

    return [Prepared(parse_message(each.raw, intake.own)) for each in fetched]


def _opened(folder: rows.Folder) -> int:
    if folder.uidvalidity is None:
        message = f"folder {folder.name} was never opened"
        raise LookupError(message)
    return folder.uidvalidity
