"""Messages the connection broke on: tried last, in ever smaller company, then left alone a day.

Mostly the network was at fault and the next pass brings them. But some servers fall over one
message again and again, and it must not keep the others away (faults.md I5, R17). What is left
alone shows as missing in the pass's result. Must not fetch.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from solodesk.domain.events import Actor
from solodesk.services.units import Desk, Reader, Store

BROKEN = frozenset({"connection_lost", "timeout"})
"""Faults a message may have caused."""
_TOGETHER = 10
_ENOUGH = 4
_AGAIN_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Suspect:
    """How often in a row the connection broke on it, and when last."""

    times: int
    last_ms: int


def note(store: Store, folder: int, uidvalidity: int, uids: Collection[int]) -> None:
    """The connection broke while these were fetched."""
    with store.write(actor=Actor.ENGINE) as desk:
        known = suspects(desk, folder, uidvalidity)
        for uid in uids:
            times = known[uid].times + 1 if uid in known else 1
            known[uid] = Suspect(times, desk.now_ms)
        _keep(desk, folder, uidvalidity, known)


def suspects(reader: Reader, folder: int, uidvalidity: int) -> dict[int, Suspect]:
    """The suspects of a folder by UID; none of another UIDVALIDITY."""
    kept = json.loads(reader.meta.get(_key(folder)) or "{}")
    if kept.get("uidvalidity") != uidvalidity:
        return {}
    return {int(uid): Suspect(*each) for uid, each in kept["uids"].items()}


def groups(
    wanted: Sequence[int], known: Mapping[int, Suspect], now_ms: int
) -> tuple[list[int], list[list[int]]]:
    """(those nothing is known against, the suspects in the groups to try), orders kept.

    The least suspicious come first; who broke it twice comes alone, who did so 4 times stays away
    for a day.
    """
    plain = [uid for uid in wanted if uid not in known]
    once = [uid for uid in wanted if uid in known and known[uid].times == 1]
    tried = [once[start : start + _TOGETHER] for start in range(0, len(once), _TOGETHER)]
    often = sorted((uid for uid in wanted if uid in known), key=lambda uid: known[uid].times)
    for uid in often:
        each = known[uid]
        rested = now_ms - each.last_ms >= _AGAIN_MS
        if each.times > 1 and (each.times < _ENOUGH or rested):
            tried.append([uid])
    return plain, tried


def prune(desk: Desk, folder: int, uidvalidity: int, missing: Collection[int]) -> None:
    """Forget the suspects that are here by now, or gone."""
    if not desk.meta.get(_key(folder)):
        return
    known = suspects(desk, folder, uidvalidity)
    left = {uid: each for uid, each in known.items() if uid in missing}
    if left != known or not left:
        _keep(desk, folder, uidvalidity, left)


def _keep(desk: Desk, folder: int, uidvalidity: int, known: Mapping[int, Suspect]) -> None:
    uids = {str(uid): [each.times, each.last_ms] for uid, each in sorted(known.items())}
    text = json.dumps({"uidvalidity": uidvalidity, "uids": uids}) if uids else ""
    desk.meta.set(_key(folder), text)


def _key(folder: int) -> str:
    return f"suspects.{folder}"
