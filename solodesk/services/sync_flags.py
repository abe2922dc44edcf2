"""What a pass learns besides new mail: read and answered marks, and what is gone from the server.

Both are only noted here; nothing is written to the server, and a message that is gone there stays
here (faults.md R23, R24). Looks first and then writes a few rows at a time, so that the write lock
is never held long. Must not fetch.
"""

from collections.abc import Collection, Iterable, Mapping

from solodesk.domain.events import Actor
from solodesk.services.units import Store

_PASSES = 2
"""One listing may be short by a server's mistake; gone is what two in a row do not show."""
_AT_ONCE = 100


def write_down(
    store: Store, folder: int, uidvalidity: int, flags: Mapping[int, tuple[bool, bool]]
) -> int:
    """Note (seen, answered) by UID where they differ from what we have; returns how many did."""
    if not flags:
        return 0
    with store.read() as reader:
        have = reader.places.flags(folder, uidvalidity, flags)
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


def judge_gone(store: Store, folder: int, uidvalidity: int, listed: Collection[int]) -> bool:
    """Count what the server did not list; after two passes in a row it is marked as gone.

    Places of an older UIDVALIDITY are gone at once: their messages have places of the new one.
    Returns whether anything was missed for the first time: the next pass must list again.
    """
    there = set(listed)
    with store.read() as reader:
        live = set(reader.places.uids(folder, uidvalidity, gone=False))
        every = set(reader.places.uids(folder, uidvalidity))
        doubtful = reader.places.doubtful(folder, uidvalidity)
    older = [place.id for place in doubtful if place.uidvalidity != uidvalidity]
    back = {place.imap_uid for place in doubtful if place.uidvalidity == uidvalidity} & there
    absent = live - there
    again = False
    for some in _pieces(sorted(absent | back | ((every - live) & there))):
        with store.write(actor=Actor.ENGINE) as desk:
            for uid in some:
                place = desk.places.at(folder, uidvalidity, uid)
                if place is None:
                    continue
                if uid in there:
                    desk.places.update(place.id, missed=0, gone_ms=None)
                elif place.missed + 1 >= _PASSES:
                    desk.places.update(place.id, missed=place.missed + 1, gone_ms=desk.now_ms)
                else:
                    desk.places.update(place.id, missed=place.missed + 1)
                    again = True
    for some in _pieces(older):
        with store.write(actor=Actor.ENGINE) as desk:
            for place_id in some:
                desk.places.update(place_id, gone_ms=desk.now_ms)
    return again


def mark_gone(store: Store, folder: int, uidvalidity: int, uids: Iterable[int]) -> None:
    """The server said explicitly that these are gone (VANISHED, RFC 7162 3.2.10)."""
    for some in _pieces(list(uids)):
        with store.write(actor=Actor.ENGINE) as desk:
            for uid in some:
                place = desk.places.at(folder, uidvalidity, uid)
                if place is not None and place.gone_ms is None:
                    desk.places.update(place.id, gone_ms=desk.now_ms)


def _pieces(items: list[int]) -> Iterable[list[int]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
