"""What a pass learns besides new mail: read and answered marks, and what is gone from the server.

Both are only noted here; nothing is written to the server, and a message that is gone there stays
here (faults.md R23, R24). Must not fetch.
"""

from collections.abc import Collection, Mapping

from solodesk.domain.events import Actor
from solodesk.services.units import Desk, Store

_PASSES = 2
"""One listing may be short by a server's mistake; gone is what two in a row do not show."""
_AT_ONCE = 200


def write_down(
    store: Store, folder: int, uidvalidity: int, flags: Mapping[int, tuple[bool, bool]]
) -> int:
    """Note (seen, answered) by UID where they differ from what we have; returns how many did."""
    with store.read() as reader:
        have = reader.places.flags(folder, uidvalidity)
    differing = [(uid, now) for uid, now in flags.items() if have.get(uid, now) != now]
    for start in range(0, len(differing), _AT_ONCE):
        with store.write(actor=Actor.ENGINE) as desk:
            for uid, (seen, answered) in differing[start : start + _AT_ONCE]:
                place = desk.places.at(folder, uidvalidity, uid)
                if place is None:
                    continue
                desk.places.update(place.id, seen=seen, answered=answered)
                if place.message_id is not None and seen:
                    desk.messages.update(place.message_id, seen=True)
    return len(differing)


def judge_gone(desk: Desk, folder: int, uidvalidity: int, listed: Collection[int]) -> None:
    """Count what the server did not list; after two passes in a row it is marked as gone.

    Places of an older UIDVALIDITY are gone at once: their messages have places of the new one.
    """
    there = set(listed)
    live = desk.places.uids(folder, uidvalidity, gone=False)
    gone = set(desk.places.uids(folder, uidvalidity)) - set(live)
    for uid in (set(live) - there) | (gone & there):
        place = desk.places.at(folder, uidvalidity, uid)
        if place is None:
            continue
        if uid in there:
            desk.places.update(place.id, missed=0, gone_ms=None)
        elif place.missed + 1 >= _PASSES:
            desk.places.update(place.id, missed=place.missed + 1, gone_ms=desk.now_ms)
        else:
            desk.places.update(place.id, missed=place.missed + 1)
    for place in desk.places.doubtful(folder, uidvalidity):
        if place.uidvalidity != uidvalidity:
            desk.places.update(place.id, gone_ms=desk.now_ms)
        elif place.imap_uid in there:
            desk.places.update(place.id, missed=0)
