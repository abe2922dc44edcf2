"""Imports mail from files: .eml, mbox, Maildir, folders of them. Twice imported is once stored.

Parsing happens outside the transaction, storing in small batches. Must not touch the files.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.domain.message import ParsedMessage
from solodesk.services.ingest import Ingested, ingest, received_time
from solodesk.services.units import Desk, Store

BATCH = 25


@dataclass(frozen=True, slots=True)
class Imported:
    """One message of a file: its label, meaning, and what became of it.

    `ticket` and `suggested` are the numbers the owner sees.
    """

    path: str
    parsed: ParsedMessage
    result: Ingested
    ticket: int
    suggested: int | None


def import_paths(
    store: Store,
    paths: Sequence[Path],
    *,
    own: frozenset[str] = frozenset(),
    account: AccountId | None = None,
    as_history: bool = False,
) -> Iterator[Imported]:
    """Import every message at `paths`; yields as batches are committed.

    `own`: more addresses that are ours, beside the accounts'. Tickets get their numbers with
    their batch, oldest first. KnownError("file_not_found") and others from reading files.
    """
    with store.read() as reader:
        ours = reader.accounts.own_addresses() | own
    batch: list[tuple[str, bytes, ParsedMessage]] = []
    fault: KnownError | None = None
    found = _messages(paths)
    while fault is None:
        try:
            label, raw = next(found)
        except StopIteration:
            break
        except KnownError as error:
            # What came before a file that cannot be read is kept.
            fault = error
            continue
        batch.append((label, raw, _parse(raw, ours, store.clock.now_ms())))
        if len(batch) >= BATCH:
            yield from _keep(store, batch, ours, account, as_history=as_history)
            batch = []
    if batch:
        yield from _keep(store, batch, ours, account, as_history=as_history)
    if fault is not None:
        raise fault


def _messages(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    from solodesk.mail.containers import iter_messages

    for path in paths:
        yield from iter_messages(path)


def _parse(raw: bytes, own: frozenset[str], now_ms: int) -> ParsedMessage:
    from solodesk.mail.parse import parse_message

    return parse_message(raw, own, now_ms=now_ms)


def _keep(
    store: Store,
    batch: list[tuple[str, bytes, ParsedMessage]],
    own: frozenset[str],
    account: AccountId | None,
    *,
    as_history: bool,
) -> list[Imported]:
    with store.write(actor=Actor.ENGINE) as desk:
        results = [
            ingest(
                desk,
                raw,
                parsed,
                None,
                own=own,
                received_ms=received_time(parsed, None, desk.now_ms),
                seen=False,
                history=as_history,
                account=account,
            )
            for _label, raw, parsed in batch
        ]
        # A later message of the batch may have brought an earlier one elsewhere (settle.py).
        results = [_as_it_lies(desk, result) for result in results]
        waiting = set(desk.tickets.without_number())
        touched = {r.ticket for r in results} & waiting
        in_order = sorted(
            (row for row in desk.tickets.many(sorted(touched))), key=lambda r: (r.created_ms, r.id)
        )
        desk.tickets.give_numbers([row.id for row in in_order])
        return [
            Imported(
                label,
                parsed,
                result,
                desk.tickets.give_number(result.ticket),
                None if result.suggested is None else desk.tickets.give_number(result.suggested),
            )
            for (label, _raw, parsed), result in zip(batch, results, strict=True)
        ]


def _as_it_lies(desk: Desk, result: Ingested) -> Ingested:
    lies = desk.messages.slips([result.message])
    suggested = result.suggested
    return replace(
        result,
        ticket=lies[0].ticket_id if lies else result.ticket,
        suggested=None if suggested is None else desk.tickets.final(suggested),
    )
